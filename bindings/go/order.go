// SPDX-License-Identifier: Apache-2.0

package rollout

// #include "rollout_go.h"
import "C"

import "unsafe"

// Order says whom an update comes to, and in which order, whatever limits, pauses and earlier steps make of it now: what
// Plan walks along. Arguments and errors are those of Plan.
func Order(workload *Workload, snapshot *Snapshot) (*Candidates, error) {
	s := newSizer()
	defer s.release()
	cw, cs, err := s.facts(workload, snapshot)
	if err != nil {
		return nil, err
	}
	return orderOf(cw, cs)
}

func orderOf(workload *C.struct_rollout_workload, snapshot *C.struct_rollout_snapshot) (*Candidates, error) {
	var candidates *C.struct_rollout_candidates
	r := newRecord()
	if err := r.failed(C.rollout_candidates(workload, snapshot, &candidates, &r.c)); err != nil {
		return nil, err
	}
	defer C.rollout_candidates_free(candidates)
	result := new(Candidates)
	new(reader).Candidates(result, candidates)
	return result, nil
}

// OrderDefault permutes indices, from 0, into pods: not scheduled, not running, not ready first, then most recently ready,
// most restarted, newest. Equals keep their order, here and in the next three. It fails with ErrInvalid where an index is
// outside the pods; Error.Index tells where in the list; the list is then as it was.
func OrderDefault(pods []Pod, indices []uint32) error {
	return permute(new(UpdateOrder), pods, indices, func(_ *C.struct_rollout_order, pods *C.struct_rollout_pods, r *record) C.int {
		return C.rollout_order_default(pods, at(indices), C.size_t(len(indices)), &r.c)
	})
}

// OrderPriority puts a priority on top of the order in which the indices come.
func OrderPriority(priority *Priority, pods []Pod, indices []uint32) error {
	order := new(UpdateOrder)
	if priority != nil {
		order.Priority = *priority
	}
	return permute(order, pods, indices, func(order *C.struct_rollout_order, pods *C.struct_rollout_pods, r *record) C.int {
		return C.rollout_order_priority(&order.priority, pods, at(indices), C.size_t(len(indices)), &r.c)
	})
}

// OrderScatter spreads pods that have one of the labels over the order in which the indices come. The density is that of all
// pods, in the list or not.
func OrderScatter(scatter []Label, pods []Pod, indices []uint32) error {
	order := &UpdateOrder{Scatter: scatter}
	return permute(order, pods, indices, func(order *C.struct_rollout_order, pods *C.struct_rollout_pods, r *record) C.int {
		return C.rollout_order_scatter(&order.scatter, pods, at(indices), C.size_t(len(indices)), &r.c)
	})
}

// OrderUpdate is a CloneSet's whole order: default, priority, scatter, then pods in state PreparingUpdate to the front.
func OrderUpdate(order *UpdateOrder, pods []Pod, indices []uint32) error {
	if order == nil {
		order = new(UpdateOrder)
	}
	return permute(order, pods, indices, func(order *C.struct_rollout_order, pods *C.struct_rollout_pods, r *record) C.int {
		return C.rollout_order_update(order, pods, at(indices), C.size_t(len(indices)), &r.c)
	})
}

func at(indices []uint32) *C.uint32_t { return (*C.uint32_t)(unsafe.SliceData(indices)) }

func permute(order *UpdateOrder, pods []Pod, indices []uint32,
	call func(order *C.struct_rollout_order, pods *C.struct_rollout_pods, r *record) C.int) error {
	if err := checkVersion(); err != nil {
		return err
	}
	s := newSizer()
	defer s.release()
	var c *C.struct_rollout_order
	var snapshot *C.struct_rollout_snapshot
	given := &Snapshot{Pods: pods}
	err := s.pack(func() bool {
		s.fixed += round8(C.sizeof_struct_rollout_order) + round8(C.sizeof_struct_rollout_snapshot)
		return s.Order(order) && s.Snapshot(given)
	}, func(p *packer) {
		c = (*C.struct_rollout_order)(p.alloc(C.sizeof_struct_rollout_order))
		snapshot = (*C.struct_rollout_snapshot)(p.alloc(C.sizeof_struct_rollout_snapshot))
		p.Order(c, order)
		p.Snapshot(snapshot, given)
	})
	if err != nil {
		return err
	}
	r := newRecord()
	return r.failed(call(c, &snapshot.pods, r))
}

// PriorityKeyOf is the place that a priority gives a pod with these labels.
func PriorityKeyOf(priority *Priority, labels map[string]string) (*PriorityKey, error) {
	if err := checkVersion(); err != nil {
		return nil, err
	}
	if priority == nil {
		priority = new(Priority)
	}
	s := newSizer()
	defer s.release()
	var c *C.struct_rollout_priority
	var l *C.struct_rollout_labels
	err := s.pack(func() bool {
		s.fixed += round8(C.sizeof_struct_rollout_priority) + round8(C.sizeof_struct_rollout_labels)
		return s.Priority(priority) && (s.labels(labels) || s.in("labels"))
	}, func(p *packer) {
		c = (*C.struct_rollout_priority)(p.alloc(C.sizeof_struct_rollout_priority))
		l = (*C.struct_rollout_labels)(p.alloc(C.sizeof_struct_rollout_labels))
		p.Priority(c, priority)
		p.labels(l)
	})
	if err != nil {
		return nil, err
	}
	var key C.struct_rollout_priority_key
	C.rollout_order_priority_key(c, l, &key)
	result := new(PriorityKey)
	new(reader).PriorityKey(result, &key)
	return result, nil
}
