// SPDX-License-Identifier: Apache-2.0

package rollout

// #include "rollout_go.h"
import "C"

// Label is one label, where their order counts or a key may stand twice.
type Label struct {
	Key   string
	Value string
}

// IntStr is an absolute number or a percentage, as in Kubernetes' IntOrString; the zero value is absent. The text stays as
// it is, since upstream has parsers that read "12.5%", "100.0%" or "5" differently.
type IntStr struct {
	Kind  IntStrKind
	Count int32  // pods, where Kind is IntStrInt
	Text  string // where Kind is IntStrText
}

// FromInt is a number of pods.
func FromInt(count int32) IntStr { return IntStr{Kind: IntStrInt, Count: count} }

// FromString is a text such as "20%".
func FromString(text string) IntStr { return IntStr{Kind: IntStrText, Text: text} }

// Scale says how many of total pods the value means: the integer as it is, or percent * total / 100 in double precision,
// rounded as asked. It fails with ErrInvalid where the parser refuses the text, the value is absent, or parser or rounding is
// unknown.
func (v IntStr) Scale(parser Parser, rounding Rounding, total int32) (int64, error) {
	if err := checkVersion(); err != nil {
		return 0, err
	}
	s := newSizer()
	defer s.release()
	var in *C.struct_rollout_intstr
	err := s.pack(func() bool {
		s.fixed += C.sizeof_struct_rollout_intstr
		return s.intStr(&v)
	}, func(p *packer) {
		in = (*C.struct_rollout_intstr)(p.alloc(C.sizeof_struct_rollout_intstr))
		p.intStr(in, &v)
	})
	if err != nil {
		return 0, err
	}
	var count C.int64_t
	code := C.rollout_intstr_scale(in, C.uint32_t(parser), C.uint32_t(rounding), C.int32_t(total), &count)
	if code != C.ROLLOUT_OK {
		e := &Error{Code: Code(code), Index: -1, Message: "absent, or of an unknown parser or rounding"}
		switch v.Kind {
		case IntStrText:
			e.Value = quote(v.Text)
			e.Message = e.Value + " is no number of pods to this parser"
		}
		return 0, e
	}
	return int64(count), nil
}

// selector packs a selector and labels that it is asked about.
func (v *Selector) withC(labels map[string]string, call func(c *C.struct_rollout_selector, labels *C.struct_rollout_labels) error) error {
	if err := checkVersion(); err != nil {
		return err
	}
	if v == nil {
		v = new(Selector)
	}
	s := newSizer()
	defer s.release()
	var c *C.struct_rollout_selector
	var l *C.struct_rollout_labels
	err := s.pack(func() bool {
		s.fixed += C.sizeof_struct_rollout_selector + C.sizeof_struct_rollout_labels
		return s.Selector(v) && (s.labels(labels) || s.in("labels"))
	}, func(p *packer) {
		c = (*C.struct_rollout_selector)(p.alloc(C.sizeof_struct_rollout_selector))
		l = (*C.struct_rollout_labels)(p.alloc(C.sizeof_struct_rollout_labels))
		p.Selector(c, v)
		p.labels(l)
	})
	if err != nil {
		return err
	}
	return call(c, l)
}

// Check says whether Kubernetes would take the selector: known operators, values where the operator wants them and only
// there, keys and values of the permitted form. It fails with ErrInvalid and the path in the selector.
func (v *Selector) Check() error {
	return v.withC(nil, func(c *C.struct_rollout_selector, _ *C.struct_rollout_labels) error {
		r := newRecord()
		return r.failed(C.rollout_selector_check(c, &r.c))
	})
}

// Matches says whether the labels match; false too where the selector is not usable. An error is one of this package or of
// memory.
func (v *Selector) Matches(labels map[string]string) (bool, error) {
	matches := false
	err := v.withC(labels, func(c *C.struct_rollout_selector, l *C.struct_rollout_labels) error {
		matches = C.rollout_selector_matches(c, l) != 0
		return nil
	})
	return matches, err
}
