// SPDX-License-Identifier: Apache-2.0

package rollout

// #include "rollout_go.h"
import "C"

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	maxDepth   = C.ROLLOUT_NODE_MAX_DEPTH
	nodeArray  = C.ROLLOUT_NODE_ARRAY
	nodeObject = C.ROLLOUT_NODE_OBJECT
)

// entry is one member of an object that is being written.
type entry = keyed[any]

// writer turns decoded JSON into nodes of a block.
type writer struct {
	*block
	entries []entry // stack: those of all objects around the present value
	err     *Error
	path    []string // where the fault is, from the innermost name or index on
}

func (w *writer) refuse(what string, value string) bool {
	w.err = invalid("", what, value)
	return false
}

func (w *writer) exhausted() bool {
	w.err = noMemory()
	return false
}

func (w *writer) inMember(key string) bool {
	w.path = append(w.path, pathName(key))
	return false
}

func (w *writer) inElement(i int) bool {
	w.path = append(w.path, "["+strconv.Itoa(i)+"]")
	return false
}

// fault is the error with its path, which begins with prefix.
func (w *writer) fault(prefix string) *Error {
	w.err.locate(joinPath(prefix, w.path))
	return w.err
}

func pathName(key string) string {
	plain := key != ""
	for i := 0; i < len(key) && plain; i++ {
		c := key[i]
		plain = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c == '-'
	}
	if plain {
		return key
	}
	quoted, _ := json.Marshal(key)
	return "[" + string(quoted) + "]"
}

// joinPath writes a path as the C library does. parts begin with the innermost.
func joinPath(prefix string, parts []string) string {
	var out strings.Builder
	out.WriteString(prefix)
	for _, part := range slices.Backward(parts) {
		if out.Len() > 0 && part[0] != '[' {
			out.WriteByte('.')
		}
		out.WriteString(part)
	}
	if path := out.String(); len(path) >= pathSize {
		return path[:runeStart(path, pathSize-4)] + "..."
	} else {
		return path
	}
}

const pathSize = len(C.struct_rollout_error{}.field)

func runeStart(s string, at int) int {
	for at > 0 && !utf8.RuneStart(s[at]) {
		at--
	}
	return at
}

func (e *Error) locate(path string) {
	if path != "" && e.Path == "" && e.Code == ErrInvalid {
		e.Path, e.Message = path, path+": "+e.Message
	}
}

// root writes a whole tree. What fails is told by w.fault.
func (w *writer) root(v any) (first, count uintptr, ok bool) {
	first = w.nodes
	ok = w.value(v, "", false, placePlain, 0)
	if ok && w.nodes-first > math.MaxUint32 {
		ok = w.refuse("more than 4294967295 values", "")
	}
	return first, w.nodes - first, ok
}

func (w *writer) value(v any, key string, keyed bool, at place, depth int) bool {
	n := w.add(0, len(key)+16)
	if n == nil {
		return w.exhausted()
	}
	own := w.nodes - 1
	if keyed {
		ok := false
		if n.key.data, ok = w.block.shared(key); !ok {
			return w.refuse("invalid UTF-8 in the key", "")
		}
		n.key.len = uintptr(len(key))
	}
	switch v := v.(type) {
	case string:
		return w.string(own, v, key, keyed, at, depth)
	case map[string]any:
		n.kind = C.ROLLOUT_NODE_OBJECT
		return w.object(own, v, key, keyed, at, depth)
	case []any:
		n.kind = C.ROLLOUT_NODE_ARRAY
		if depth == maxDepth {
			return w.tooDeep()
		}
		return w.elements(own, v, at.array(key, keyed), depth)
	case bool:
		n.kind = C.ROLLOUT_NODE_BOOL
		if v {
			n.integer = 1
		}
		return true
	case nil:
		n.kind = C.ROLLOUT_NODE_NULL
		return true
	case float64:
		return w.float(n, v)
	case int64:
		return w.integer(n, v)
	case int:
		return w.integer(n, int64(v))
	case json.Number:
		return w.number(own, string(v))
	}
	return w.other(own, v, key, keyed, at, depth)
}

// sampled is how many elements of a long array are written before room is made for all of them.
const sampled = 32

func (w *writer) elements(own uintptr, v []any, below place, depth int) bool {
	used := w.front + w.back
	for i := range v {
		if i == sampled && !w.room((w.front+w.back-used)/sampled*uintptr(len(v))*17/16) {
			return w.exhausted()
		}
		if !w.value(v[i], "", false, below, depth+1) {
			return w.inElement(i)
		}
	}
	w.node(own).size = uint32(w.nodes - own)
	return true
}

// other writes what decoders do not give, and people who write documents in Go do.
func (w *writer) other(own uintptr, v any, key string, keyed bool, at place, depth int) bool {
	n := w.node(own)
	switch v := v.(type) {
	case map[string]string:
		n.kind = C.ROLLOUT_NODE_OBJECT
		return objectOf(w, own, v, key, keyed, at, depth)
	case []string:
		return arrayOf(w, own, v, key, keyed, at, depth)
	case []map[string]any:
		return arrayOf(w, own, v, key, keyed, at, depth)
	case int32:
		return w.integer(n, int64(v))
	case int16:
		return w.integer(n, int64(v))
	case int8:
		return w.integer(n, int64(v))
	case uint8:
		return w.integer(n, int64(v))
	case uint16:
		return w.integer(n, int64(v))
	case uint32:
		return w.integer(n, int64(v))
	case uint64:
		return w.unsigned(n, v)
	case uint:
		return w.unsigned(n, uint64(v))
	case float32:
		return w.float(n, float64(v))
	}
	return w.refuse(fmt.Sprintf("a value of type %T is no decoded JSON", v), "")
}

func (w *writer) tooDeep() bool { return w.refuse("nested too deep", "") }

func (w *writer) object(own uintptr, v map[string]any, key string, keyed bool, at place, depth int) bool {
	return objectOf(w, own, v, key, keyed, at, depth)
}

// objectOf writes the members sorted by key.
func objectOf[V any](w *writer, own uintptr, v map[string]V, key string, keyed bool, at place, depth int) bool {
	if depth == maxDepth {
		return w.tooDeep()
	}
	first := len(w.entries)
	ready := false
	for k, member := range v {
		w.entries = append(w.entries, entry{k, member})
		if len(k) == 4 && k == "type" {
			text, isText := any(member).(string)
			ready = isText && text == "KruisePodReady"
		}
	}
	last := len(w.entries)
	sortByKey(w.entries[first:last])
	below := at.object(key, keyed, ready)
	for i := first; i < last; i++ {
		e := w.entries[i]
		if !w.value(e.value, e.key, true, below, depth+1) {
			return w.inMember(e.key)
		}
	}
	clear(w.entries[first:last])
	w.entries = w.entries[:first]
	w.node(own).size = uint32(w.nodes - own)
	return true
}

func arrayOf[V any](w *writer, own uintptr, v []V, key string, keyed bool, at place, depth int) bool {
	if depth == maxDepth {
		return w.tooDeep()
	}
	w.node(own).kind = C.ROLLOUT_NODE_ARRAY
	below := at.array(key, keyed)
	for i := range v {
		if !w.value(v[i], "", false, below, depth+1) {
			return w.inElement(i)
		}
	}
	w.node(own).size = uint32(w.nodes - own)
	return true
}

func (w *writer) string(own uintptr, v, key string, keyed bool, at place, depth int) bool {
	if !w.room(uintptr(len(v))) {
		return w.exhausted()
	}
	n := w.node(own)
	n.kind = C.ROLLOUT_NODE_TEXT
	ok := false
	if n.text.data, ok = w.block.shared(v); !ok {
		return w.refuse("invalid UTF-8", "")
	}
	n.text.len = uintptr(len(v))
	if keyed && at.expands() {
		return w.expand(own, v, key, at, depth)
	}
	return true
}

// expand writes the value of a text that is JSON as the node's child, where it is one of those that node.h lists.
func (w *writer) expand(own uintptr, text, key string, at place, depth int) bool {
	within, is := at.isJSON(key)
	if !is {
		return true
	}
	if at == placeGrace {
		decoded, ok := decodeBase64(text)
		if !ok {
			return true
		}
		text = decoded
	}
	nodes, back := w.mark()
	p := parser{w: w, text: text}
	if depth == maxDepth || !p.document(within, depth+1) {
		if w.err != nil { // no memory
			return false
		}
		w.reset(nodes, back)
	}
	w.node(own).size = uint32(w.nodes - own)
	return true
}

func (w *writer) integer(n *node, v int64) bool {
	n.kind, n.integer = C.ROLLOUT_NODE_INTEGER, v
	return true
}

func (w *writer) unsigned(n *node, v uint64) bool {
	if v > math.MaxInt64 {
		return w.refuse(strconv.FormatUint(v, 10)+" is too large", strconv.FormatUint(v, 10))
	}
	return w.integer(n, int64(v))
}

// float writes a whole number as an integer, since decoders that know no integers give it so.
func (w *writer) float(n *node, v float64) bool {
	if v >= -(1<<63) && v < 1<<63 && v == math.Trunc(v) && !(v == 0 && math.Signbit(v)) {
		return w.integer(n, int64(v))
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return w.refuse(strconv.FormatFloat(v, 'g', -1, 64)+" is no JSON number", "")
	}
	return w.real(w.nodes-1, v)
}

func (w *writer) real(own uintptr, v float64) bool {
	text := spell(v)
	if !w.room(uintptr(len(text))) {
		return w.exhausted()
	}
	n := w.node(own)
	n.kind, n.real = C.ROLLOUT_NODE_REAL, v
	n.text.data, n.text.len = w.block.text(text), uintptr(len(text))
	return true
}

func (w *writer) number(own uintptr, text string) bool {
	integer, real, kind := readNumber(text)
	switch kind {
	case numberInteger:
		return w.integer(w.node(own), integer)
	case numberReal:
		return w.real(own, real)
	}
	quoted, _ := json.Marshal(text)
	return w.refuse(string(quoted)+" is no JSON number, or too large", string(quoted))
}

// spell writes a real as librollout-json does: with the least of 15, 16 or 17 digits that reads back as the same number,
// and a point or an exponent.
func spell(v float64) string {
	text := ""
	for digits := 15; digits <= 17; digits++ {
		text = strconv.FormatFloat(v, 'g', digits, 64)
		if back, err := strconv.ParseFloat(text, 64); err == nil && back == v {
			break
		}
	}
	mantissa, exponent, found := strings.Cut(text, "e")
	if !found {
		if strings.IndexByte(text, '.') < 0 {
			return text + ".0"
		}
		return text
	}
	sign := ""
	if exponent[0] == '-' {
		sign = "-"
	}
	return mantissa + "e" + sign + strings.TrimLeft(exponent[1:], "0")
}

// readTree turns nodes into decoded JSON: nil, bool, int64, float64, string, []any and map[string]any. Of a key that stands
// twice the last one counts.
func readTree(nodes []C.struct_rollout_node) any {
	if len(nodes) == 0 {
		return nil
	}
	n := &nodes[0]
	switch n.kind {
	case C.ROLLOUT_NODE_BOOL:
		return n.integer != 0
	case C.ROLLOUT_NODE_INTEGER:
		return int64(n.integer)
	case C.ROLLOUT_NODE_REAL:
		return float64(n.real)
	case C.ROLLOUT_NODE_TEXT:
		return text(n.text)
	case C.ROLLOUT_NODE_ARRAY:
		values := []any{}
		for at := 1; at < int(n.size); at += int(nodes[at].size) {
			values = append(values, readTree(nodes[at:]))
		}
		return values
	case C.ROLLOUT_NODE_OBJECT:
		values := map[string]any{}
		for at := 1; at < int(n.size); at += int(nodes[at].size) {
			values[text(nodes[at].key)] = readTree(nodes[at:])
		}
		return values
	}
	return nil
}

// quote is a text as JSON, cut where it is long.
func quote(text string) string {
	const most = len(C.struct_rollout_error{}.value) - 1
	quoted, _ := json.Marshal(text)
	if len(quoted) > most {
		return string(quoted[:runeStart(string(quoted), most-3)]) + "..."
	}
	return string(quoted)
}
