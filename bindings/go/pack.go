// SPDX-License-Identifier: Apache-2.0

package rollout

// #include "rollout_go.h"
import "C"

import (
	"math"
	"sync"
	"unsafe"
)

// A call's input becomes one block in two passes: the sizer adds up what it needs, turns trees into nodes and sorts labels; the
// packer writes structs, arrays and texts. Both walk in the same order.

// pair is one label.
type pair = keyed[string]

type span struct{ first, count uintptr }

// sizer is the first pass. It is kept for a later call, since it grows to what a call needs.
type sizer struct {
	writer
	fixed, text uintptr
	pairs       []pair   // labels of all maps, each map's sorted by key
	maps        []uint32 // how many labels each has
	trees       []span   // nodes of each tree
	hint        uintptr  // size of the last block
}

var sizers = sync.Pool{New: func() any { return new(sizer) }}

func newSizer() *sizer {
	s := sizers.Get().(*sizer)
	s.block = new(block)
	return s
}

// release gives everything back but what it has grown to. The block is freed, too, if it was not taken over.
func (s *sizer) release() {
	s.hint = s.size
	s.block.free()
	clear(s.entries[:cap(s.entries)])
	clear(s.pairs)
	s.writer = writer{entries: s.entries[:0]}
	s.pairs, s.maps, s.trees = s.pairs[:0], s.maps[:0], s.trees[:0]
	s.fixed, s.text = 0, 0
	sizers.Put(s)
}

func round8(n uintptr) uintptr { return (n + 7) &^ 7 }

func (s *sizer) in(name string) bool {
	s.path = append(s.path, name)
	return false
}

func (s *sizer) inElement(name string, i int) bool {
	s.writer.inElement(i)
	return s.in(name)
}

func (s *sizer) absentText(v *string) {
	if v != nil {
		s.text += uintptr(len(*v))
	}
}

func (s *sizer) intStr(v *IntStr) bool {
	s.text += uintptr(len(v.Text))
	return true
}

// count refuses what no view can count.
func (s *sizer) count(n int) bool {
	return uint64(n) < math.MaxUint32 || s.refuse("too many elements", "")
}

func (s *sizer) labels(v map[string]string) bool {
	if !s.count(len(v)) {
		return false
	}
	first := len(s.pairs)
	for key, value := range v {
		s.pairs = append(s.pairs, pair{key, value})
		s.text += uintptr(len(key) + len(value))
	}
	sortByKey(s.pairs[first:])
	n := len(s.pairs) - first
	s.maps = append(s.maps, uint32(n))
	s.fixed += uintptr(n) * C.sizeof_struct_rollout_label
	return true
}

func (s *sizer) labelList(v []Label) bool {
	if !s.count(len(v)) {
		return false
	}
	for i := range v {
		s.text += uintptr(len(v[i].Key) + len(v[i].Value))
	}
	s.fixed += uintptr(len(v)) * C.sizeof_struct_rollout_label
	return true
}

func (s *sizer) strs(v []string) bool {
	if !s.count(len(v)) {
		return false
	}
	for i := range v {
		s.text += uintptr(len(v[i]))
	}
	s.fixed += uintptr(len(v)) * C.sizeof_struct_rollout_str
	return true
}

func (s *sizer) tree(v any) bool {
	if v == nil {
		s.trees = append(s.trees, span{})
		return true
	}
	first, count, ok := s.root(v)
	s.trees = append(s.trees, span{first, count})
	return ok
}

// packer is the second pass.
type packer struct {
	*block
	limit uintptr // where the fixed part ends
	pairs []pair
	maps  []uint32
	trees []span
}

// changed is what the packer panics with where the input is not what the sizer saw, since somebody writes to it meanwhile.
// pack turns it into an error.
type changed struct{}

// packer begins the second pass.
func (s *sizer) packer() (*packer, bool) {
	if !s.room(s.fixed + s.text) {
		return nil, s.exhausted()
	}
	clear(unsafe.Slice((*byte)(unsafe.Add(s.mem, s.front)), s.fixed))
	return &packer{block: s.block, limit: s.front + s.fixed, pairs: s.pairs, maps: s.maps, trees: s.trees}, true
}

// pack runs both passes; size gives false where w.err says what is wrong.
func (s *sizer) pack(size func() bool, write func(p *packer)) (err error) {
	if !size() {
		return s.fault("")
	}
	p, ok := s.packer()
	if !ok {
		return s.fault("")
	}
	defer func() {
		if fault := recover(); fault != nil {
			if _, is := fault.(changed); !is {
				panic(fault)
			}
			err = invalid("", "the input changed while it was read", "")
		}
	}()
	write(p)
	return nil
}

func (p *packer) alloc(n uintptr) unsafe.Pointer {
	n = round8(n)
	if n > p.limit-p.front {
		panic(changed{})
	}
	at := unsafe.Add(p.mem, p.front)
	p.front += n
	return at
}

// view writes a text, which is not absent if it is empty.
func (p *packer) view(s string) C.struct_rollout_str {
	n := uintptr(len(s))
	if n > p.size-p.limit-p.back {
		panic(changed{})
	}
	p.back += n
	at := unsafe.Add(p.mem, p.size-p.back)
	copy(unsafe.Slice((*byte)(at), n), s)
	return C.struct_rollout_str{data: (*C.char)(at), len: C.size_t(n)}
}

func (p *packer) str(s string) C.struct_rollout_str {
	if s == "" {
		return C.struct_rollout_str{}
	}
	return p.view(s)
}

func (p *packer) absentText(s *string) C.struct_rollout_str {
	if s == nil {
		return C.struct_rollout_str{}
	}
	return p.view(*s)
}

func bit(on bool) C.uint32_t {
	if on {
		return 1
	}
	return 0
}

func optional(v *int32) C.struct_rollout_opt {
	if v == nil {
		return C.struct_rollout_opt{}
	}
	return C.struct_rollout_opt{set: 1, value: C.int32_t(*v)}
}

func (p *packer) intStr(c *C.struct_rollout_intstr, v *IntStr) {
	c.kind, c.count = C.uint32_t(v.Kind), C.int32_t(v.Count)
	if v.Kind == IntStrText {
		c.text = p.view(v.Text)
	}
}

func (p *packer) labels(c *C.struct_rollout_labels) {
	n := int(p.maps[0])
	p.maps = p.maps[1:]
	if n == 0 {
		return
	}
	pairs := p.pairs[:n]
	p.pairs = p.pairs[n:]
	items := p.labelItems(c, n)
	for i := range items {
		items[i].key, items[i].value = p.view(pairs[i].key), p.view(pairs[i].value)
	}
}

func (p *packer) labelItems(c *C.struct_rollout_labels, n int) []C.struct_rollout_label {
	items := unsafe.Slice((*C.struct_rollout_label)(p.alloc(uintptr(n)*C.sizeof_struct_rollout_label)), n)
	c.items, c.count, c.stride = &items[0], C.uint32_t(n), C.sizeof_struct_rollout_label
	return items
}

func (p *packer) labelList(c *C.struct_rollout_labels, v []Label) {
	if len(v) == 0 {
		return
	}
	items := p.labelItems(c, len(v))
	for i := range items {
		items[i].key, items[i].value = p.view(v[i].Key), p.view(v[i].Value)
	}
}

func (p *packer) strs(c *C.struct_rollout_strs, v []string) {
	if len(v) == 0 {
		return
	}
	items := unsafe.Slice((*C.struct_rollout_str)(p.alloc(uintptr(len(v))*C.sizeof_struct_rollout_str)), len(v))
	c.items, c.count, c.stride = &items[0], C.uint32_t(len(v)), C.sizeof_struct_rollout_str
	for i := range items {
		items[i] = p.view(v[i])
	}
}

func (p *packer) tree(c *C.struct_rollout_tree) {
	*c = p.block.tree(p.trees[0].first, p.trees[0].count)
	p.trees = p.trees[1:]
}

func (p *packer) numbers(v []uint32) unsafe.Pointer {
	if len(v) == 0 {
		return nil
	}
	at := p.alloc(uintptr(len(v)) * 4)
	copy(unsafe.Slice((*uint32)(at), len(v)), v)
	return at
}
