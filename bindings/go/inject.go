// SPDX-License-Identifier: Apache-2.0

package rollout

// #include "rollout_go.h"
import "C"

import "errors"

// Inject says what SidecarSets make of a new pod, as OpenKruise's admission does. document is decoded JSON with the members pod,
// sidecarSets, revisions, namespaces, now, random (the number in [0,1) that a Partial revision policy draws) and featureGates;
// WithNow gives the time where it has no now. The answer is decoded JSON as recorded admissions have it: actions, containers,
// pod and so on, or error where the pod would be refused.
//
// It fails with ErrInvalid where a member cannot be read, whose path the error has, or ErrNoMemory.
func Inject(document any, opts ...Option) (map[string]any, error) {
	if err := checkVersion(); err != nil {
		return nil, err
	}
	s := newSizer()
	defer s.release()
	all, ok := s.document(document, "")
	if !ok {
		return nil, s.fault("")
	}
	tree := s.block.tree(all.first, all.count)
	r := newRecord()
	var objects *C.struct_rollout_objects
	if err := r.failed(C.rollout_inject(&tree, C.int64_t(resolve(opts).nowMs), &objects, &r.c)); err != nil {
		return nil, err
	}
	for _, read := range readObjects(objects) {
		if answer, ok := read.(map[string]any); ok {
			return answer, nil
		}
	}
	return nil, errors.New("rollout: the library gave no answer")
}
