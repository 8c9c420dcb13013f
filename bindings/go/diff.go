// SPDX-License-Identifier: Apache-2.0

package rollout

// #include "rollout_go.h"
import "C"

// Diff says whether a pod can go from one revision to another in place, and what would change. Both are decoded JSON: two
// ControllerRevisions, or their data, compared whole, as upstream does. Where one of them is a workload, a PodTemplate or a
// bare pod template only the templates are compared.
//
// It fails with ErrInvalid where one is no decoded JSON or nested too deep, or ErrNoMemory. That it is not possible in place is
// no error, see DiffResult.Rule.
func Diff(old, new_ any, flags DiffFlags) (*DiffResult, error) {
	if err := checkVersion(); err != nil {
		return nil, err
	}
	s := newSizer()
	defer s.release()
	first, ok := s.document(old, "old")
	if !ok {
		return nil, s.fault("")
	}
	second, ok := s.document(new_, "new")
	if !ok {
		return nil, s.fault("")
	}
	a, b := s.block.tree(first.first, first.count), s.block.tree(second.first, second.count)
	options := C.struct_rollout_diff_options{struct_size: C.sizeof_struct_rollout_diff_options, flags: C.uint32_t(flags)}
	r := newRecord()
	var diff *C.struct_rollout_diff
	if err := r.failed(C.rollout_diff(&a, &b, &options, &diff, &r.c)); err != nil {
		return nil, err
	}
	defer C.rollout_diff_free(diff)
	result := new(DiffResult)
	new(reader).Diff(result, diff)
	return result, nil
}

// document writes decoded JSON whose name stands before paths in errors.
func (s *sizer) document(v any, name string) (span, bool) {
	first, count, ok := s.root(v)
	if !ok && name != "" {
		s.in(name)
	}
	return span{first, count}, ok
}
