// SPDX-License-Identifier: Apache-2.0

package rollout

// #include "rollout_go.h"
import "C"

import "unsafe"

// reader copies what the library made into Go values. The tables of a plan are read first: other parts point into them.
type reader struct {
	texts   []string
	allAttr []Attr
}

// text copies a text; "" where it is absent.
func text(c C.struct_rollout_str) string {
	if c.len == 0 {
		return ""
	}
	return string(bytesOf(c))
}

func bytesOf(c C.struct_rollout_str) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(c.data)), int(c.len))
}

func (r *reader) str(c *C.struct_rollout_str) string { return text(*c) }

func (r *reader) absentText(c *C.struct_rollout_str) *string {
	if c.data == nil {
		return nil
	}
	s := text(*c)
	return &s
}

func (r *reader) opt(c *C.struct_rollout_opt) *int32 {
	if c.set == 0 {
		return nil
	}
	v := int32(c.value)
	return &v
}

func (r *reader) intStr(c *C.struct_rollout_intstr) IntStr {
	return IntStr{Kind: IntStrKind(c.kind), Count: int32(c.count), Text: text(c.text)}
}

func (r *reader) intStrInto(v *IntStr, c *C.struct_rollout_intstr) { *v = r.intStr(c) }

func labelAt(c *C.struct_rollout_labels, i int) *C.struct_rollout_label {
	return (*C.struct_rollout_label)(unsafe.Add(unsafe.Pointer(c.items), uintptr(i)*uintptr(c.stride)))
}

func (r *reader) labels(c *C.struct_rollout_labels) map[string]string {
	if c.count == 0 {
		return nil
	}
	labels := make(map[string]string, int(c.count))
	for i := range int(c.count) {
		l := labelAt(c, i)
		labels[text(l.key)] = text(l.value)
	}
	return labels
}

func (r *reader) labelList(c *C.struct_rollout_labels) []Label {
	var labels []Label
	for i := range int(c.count) {
		l := labelAt(c, i)
		labels = append(labels, Label{text(l.key), text(l.value)})
	}
	return labels
}

func (r *reader) strs(c *C.struct_rollout_strs) []string {
	var strs []string
	for i := range int(c.count) {
		strs = append(strs, text(*(*C.struct_rollout_str)(unsafe.Add(unsafe.Pointer(c.items), uintptr(i)*uintptr(c.stride)))))
	}
	return strs
}

func (r *reader) tree(c *C.struct_rollout_tree) any {
	return readTree(unsafe.Slice(c.nodes, int(c.count)))
}

// planTables reads a plan's texts, in one allocation, and its attributes.
func (r *reader) planTables(c *C.struct_rollout_plan) {
	all, n := unsafe.Slice(c.texts, int(c.text_count)), 0
	for i := range all {
		n += int(all[i].len)
	}
	bytes := make([]byte, 0, n)
	for i := range all {
		if all[i].len > 0 {
			bytes = append(bytes, bytesOf(all[i])...)
		}
	}
	together := unsafe.String(unsafe.SliceData(bytes), len(bytes))
	r.texts = make([]string, len(all))
	at := 0
	for i := range all {
		end := at + int(all[i].len)
		r.texts[i] = together[at:end]
		at = end
	}
	if n := int(c.attr_count); n > 0 {
		r.allAttr = make([]Attr, n)
		for i, attr := range unsafe.Slice(c.attrs, n) {
			r.Attr(&r.allAttr[i], &attr)
		}
	}
}

func (r *reader) planText(index C.uint32_t) string {
	if int(index) >= len(r.texts) {
		return ""
	}
	return r.texts[index]
}

func (r *reader) attrs(first, count C.uint32_t) []Attr {
	if count == 0 || uint64(first)+uint64(count) > uint64(len(r.allAttr)) {
		return nil
	}
	return r.allAttr[first : first+count : first+count]
}
