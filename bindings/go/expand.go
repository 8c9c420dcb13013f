// SPDX-License-Identifier: Apache-2.0

package rollout

import (
	"encoding/base64"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// place is where in a document a value is, as far as that tells which texts are JSON themselves: those that node.h lists.
type place uint8

const (
	placePlain place = iota
	placeMetadata
	placeAnnotations
	placeStatus
	placeConditions
	placeReady  // the condition KruisePodReady
	placeGrace  // in the value of a grace annotation, which has such a text itself
	placeSealed // deeper in there, or in the value of any other text
)

// array is the place of the elements of an array at p's key, or (not keyed) among its elements.
func (p place) array(key string, keyed bool) place {
	switch {
	case p >= placeGrace:
		return placeSealed
	case keyed && p == placeStatus && key == "conditions":
		return placeConditions
	}
	return placePlain
}

// object is the same for an object; ready: its type is KruisePodReady.
func (p place) object(key string, keyed, ready bool) place {
	switch {
	case p == placeGrace && !keyed:
		return placeGrace
	case p >= placeGrace:
		return placeSealed
	case !keyed && p == placeConditions && ready:
		return placeReady
	case !keyed:
		return placePlain
	case p == placeMetadata && key == "annotations":
		return placeAnnotations
	case key == "metadata":
		return placeMetadata
	case key == "status":
		return placeStatus
	}
	return placePlain
}

// expands says whether there are such texts at all.
func (p place) expands() bool { return p == placeAnnotations || p == placeReady || p == placeGrace }

// isJSON says whether the text at p's key is one, and which place its value is.
func (p place) isJSON(key string) (within place, is bool) {
	switch p {
	case placeReady:
		return placeSealed, key == "message"
	case placeGrace:
		return placeSealed, key == "metaDataPatch"
	}
	switch key {
	case "apps.kruise.io/inplace-update-grace", "inplace-update-grace":
		return placeGrace, true
	case "apps.kruise.io/inplace-update-state", "inplace-update-state", "apps.kruise.io/runtime-containers-meta",
		"rollouts.kruise.io/deployment-strategy":
		return placeSealed, true
	}
	return placeSealed, false
}

func decodeBase64(text string) (string, bool) {
	bytes, err := base64.StdEncoding.DecodeString(text)
	return string(bytes), err == nil
}

// parser reads a text that is JSON, as strictly as librollout-json: a number must fit, a key must not hold U+0000, and a
// surrogate must have its other half.
type parser struct {
	w    *writer
	text string
	at   int
}

// document reads the whole text as the value of a node. False: it is no JSON, or (w.err) there is no memory.
func (p *parser) document(within place, depth int) bool {
	if !utf8.ValidString(p.text) || !p.value("", false, within, depth) {
		return false
	}
	p.space()
	return p.at == len(p.text)
}

func (p *parser) space() {
	for p.at < len(p.text) && (p.text[p.at] == ' ' || p.text[p.at] == '\t' || p.text[p.at] == '\n' || p.text[p.at] == '\r') {
		p.at++
	}
}

// next is the first byte behind spaces, 0 at the end.
func (p *parser) next() byte {
	p.space()
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}

func (p *parser) take(c byte) bool {
	if p.next() != c || p.at == len(p.text) {
		return false
	}
	p.at++
	return true
}

func (p *parser) word(word string, v any, key string, keyed bool, at place, depth int) bool {
	if len(p.text)-p.at < len(word) || p.text[p.at:p.at+len(word)] != word {
		return false
	}
	p.at += len(word)
	return p.w.value(v, key, keyed, at, depth)
}

func (p *parser) value(key string, keyed bool, at place, depth int) bool {
	switch c := p.next(); {
	case c == '"':
		text, ok := p.string()
		return ok && p.w.value(text, key, keyed, at, depth)
	case c == '{' || c == '[':
		return p.container(c, key, keyed, at, depth)
	case c == 't':
		return p.word("true", true, key, keyed, at, depth)
	case c == 'f':
		return p.word("false", false, key, keyed, at, depth)
	case c == 'n':
		return p.word("null", nil, key, keyed, at, depth)
	}
	start := p.at
	for p.at < len(p.text) && isNumberByte(p.text[p.at]) {
		p.at++
	}
	integer, real, kind := readNumber(p.text[start:p.at])
	switch kind {
	case numberInteger:
		return p.w.value(integer, key, keyed, at, depth)
	case numberReal:
		// Not by way of value, which takes a whole one for an integer.
		return p.w.value(nil, key, keyed, at, depth) && p.w.real(p.w.nodes-1, real)
	}
	return false
}

func (p *parser) container(open byte, key string, keyed bool, at place, depth int) bool {
	if depth == maxDepth || !p.w.value(nil, key, keyed, at, depth) {
		return false
	}
	p.at++
	own := p.w.nodes - 1
	kind, end := uint32(nodeArray), byte(']')
	below := at.array(key, keyed)
	if open == '{' {
		kind, end, below = nodeObject, '}', at.object(key, keyed, false)
	}
	p.w.node(own).kind = kind
	for first := true; !p.take(end); first = false {
		if !first && !p.take(',') {
			return false
		}
		name := ""
		if open == '{' {
			ok := p.next() == '"'
			if ok {
				name, ok = p.string()
			}
			for i := 0; i < len(name) && ok; i++ {
				ok = name[i] != 0
			}
			if !ok || !p.take(':') {
				return false
			}
		}
		if !p.value(name, open == '{', below, depth+1) {
			return false
		}
	}
	p.w.node(own).size = uint32(p.w.nodes - own)
	return true
}

// string reads a text whose opening quote is next.
func (p *parser) string() (string, bool) {
	p.at++
	start := p.at
	for p.at < len(p.text) && p.text[p.at] != '"' && p.text[p.at] != '\\' && p.text[p.at] >= ' ' {
		p.at++
	}
	if p.at < len(p.text) && p.text[p.at] == '"' {
		p.at++
		return p.text[start : p.at-1], true
	}
	out := []byte(p.text[start:p.at])
	for p.at < len(p.text) {
		c := p.text[p.at]
		p.at++
		switch {
		case c == '"':
			return string(out), true
		case c < ' ':
			return "", false
		case c != '\\':
			out = append(out, c)
		default:
			var ok bool
			if out, ok = p.escape(out); !ok {
				return "", false
			}
		}
	}
	return "", false
}

func (p *parser) escape(out []byte) ([]byte, bool) {
	if p.at == len(p.text) {
		return out, false
	}
	c := p.text[p.at]
	p.at++
	switch c {
	case '"', '\\', '/':
		return append(out, c), true
	case 'b':
		return append(out, '\b'), true
	case 'f':
		return append(out, '\f'), true
	case 'n':
		return append(out, '\n'), true
	case 'r':
		return append(out, '\r'), true
	case 't':
		return append(out, '\t'), true
	case 'u':
		r, ok := p.hex()
		if ok && utf16.IsSurrogate(r) {
			ok = len(p.text)-p.at >= 6 && p.text[p.at] == '\\' && p.text[p.at+1] == 'u'
			if ok {
				p.at += 2
				var low rune
				low, ok = p.hex()
				r = utf16.DecodeRune(r, low)
				ok = ok && r != utf8.RuneError
			}
		}
		return utf8.AppendRune(out, r), ok
	}
	return out, false
}

func (p *parser) hex() (rune, bool) {
	if len(p.text)-p.at < 4 {
		return 0, false
	}
	v, err := strconv.ParseUint(p.text[p.at:p.at+4], 16, 16)
	p.at += 4
	return rune(v), err == nil
}

type numberKind uint8

const (
	numberBroken numberKind = iota
	numberInteger
	numberReal
)

func isNumberByte(c byte) bool {
	return c >= '0' && c <= '9' || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'
}

// readNumber reads a JSON number, which must fit in int64, or where it has a point or an exponent in float64.
func readNumber(text string) (integer int64, real float64, kind numberKind) {
	at := 0
	digits := func() bool {
		start := at
		for at < len(text) && text[at] >= '0' && text[at] <= '9' {
			at++
		}
		return at > start
	}
	if at < len(text) && text[at] == '-' {
		at++
	}
	first := at
	if !digits() || text[first] == '0' && at > first+1 {
		return 0, 0, numberBroken
	}
	whole := at == len(text)
	if at < len(text) && text[at] == '.' {
		at++
		if !digits() {
			return 0, 0, numberBroken
		}
	}
	if at < len(text) && (text[at] == 'e' || text[at] == 'E') {
		at++
		if at < len(text) && (text[at] == '+' || text[at] == '-') {
			at++
		}
		if !digits() {
			return 0, 0, numberBroken
		}
	}
	if at < len(text) {
		return 0, 0, numberBroken
	}
	if whole {
		v, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return 0, 0, numberBroken
		}
		return v, 0, numberInteger
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(v, 0) {
		return 0, 0, numberBroken
	}
	return 0, v, numberReal
}
