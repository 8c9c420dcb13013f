// SPDX-License-Identifier: Apache-2.0

package rollout

// #include "rollout_go.h"
import "C"

import (
	"errors"
	"unsafe"
)

// Documents are decoded JSON as encoding/json, sigs.k8s.io/yaml and apimachinery's unstructured give it: map[string]any, []any,
// string, bool, nil, json.Number, float64 and integers. A float64 that is whole counts as an integer. A document is a Snapshot,
// a recorded decision (an object with a member "snapshot") or a List, which may hold any number of workloads.

// DocumentPlan is what PlanDocument gives of one workload.
type DocumentPlan struct {
	// APIVersion, Kind, Namespace and Name are the workload's.
	APIVersion string
	Kind       string
	Namespace  string
	Name       string
	// Plan is nil where Err is not. Its indexes are those of the facts that Decode gives.
	Plan *PlanResult
	// JSON is the plan as a document, asked for by WithJSON.
	JSON []byte
	// Objects are the changed objects of each action, asked for by WithObjects; decoded JSON.
	Objects [][]any
	// Status is the workload as the pass leaves it, asked for by WithObjects.
	Status any
	// Err is what this workload fails with.
	Err error
}

// DocumentOrder is what OrderDocument gives of one workload.
type DocumentOrder struct {
	APIVersion string
	Kind       string
	Namespace  string
	Name       string
	Candidates *Candidates
	Err        error
}

// WithJSON has PlanDocument write the plan as a document: the bytes that "rollout plan -o json" prints, without the newline.
func WithJSON() Option { return func(o *options) { o.json = true } }

// WithObjects has PlanDocument carry out each action: the objects as they must be afterwards, for a driver to send the
// difference. ids draws the instance ids that an action needs (see IDsNeeded); nil where none are drawn, and then an action
// that needs some has no objects.
func WithObjects(ids func(action int, a *Action) []string) Option {
	return func(o *options) { o.objects, o.ids = true, ids }
}

// world is one decoded workload of a document. The sizer's block must outlive it.
type world struct {
	c *C.struct_rollout_world
}

// eachWorld decodes the workloads of a document, one after the other. only: that one alone, if it is not negative.
func eachWorld(document any, o *options, only int, visit func(w *world, err error)) error {
	if err := checkVersion(); err != nil {
		return err
	}
	s := newSizer()
	defer s.release()
	all, ok := s.document(document, "")
	if !ok {
		return s.fault("")
	}
	// C keeps its address until the grouping is gone, so it lies in C memory.
	tree, ok := s.keepTree(all)
	if !ok {
		return noMemory()
	}
	r := newRecord()
	var grouping *C.struct_rollout_grouping
	if err := r.failed(C.rollout_document_group(tree, &grouping, &r.c)); err != nil {
		return err
	}
	defer C.rollout_grouping_free(grouping)
	first, end := 0, int(C.rollout_grouping_count(grouping))
	if only >= 0 {
		if only >= end {
			return &Error{Code: ErrInvalid, Index: only, Message: "the document has no workload of this index"}
		}
		first, end = only, only+1
	}
	for i := first; i < end; i++ {
		w := new(world)
		r := newRecord()
		err := r.failed(C.rollout_grouping_decode(grouping, C.size_t(i), C.int64_t(o.nowMs), &w.c, &r.c))
		visit(w, err)
		C.rollout_world_free(w.c)
	}
	return nil
}

// keepTree puts a struct rollout_tree behind the nodes.
func (s *sizer) keepTree(all span) (*C.struct_rollout_tree, bool) {
	if !s.room(C.sizeof_struct_rollout_tree) {
		return nil, false
	}
	tree := (*C.struct_rollout_tree)(unsafe.Add(s.mem, s.front))
	s.front += C.sizeof_struct_rollout_tree
	*tree = s.block.tree(all.first, all.count)
	return tree, true
}

func (w *world) names() (apiVersion, kind, namespace, name string) {
	namespace, name = nameOf(w.c.workload)
	return text(w.c.api_version), text(w.c.kind), namespace, name
}

// DocumentCount says how many workloads a document holds.
func DocumentCount(document any) (int, error) {
	if err := checkVersion(); err != nil {
		return 0, err
	}
	s := newSizer()
	defer s.release()
	all, ok := s.document(document, "")
	if !ok {
		return 0, s.fault("")
	}
	tree := s.block.tree(all.first, all.count)
	r := newRecord()
	var count C.size_t
	err := r.failed(C.rollout_document_count(&tree, &count, &r.c))
	return int(count), err
}

// Decode turns workload index of a document, from 0, into facts, which can be changed and planned.
func Decode(document any, index int, opts ...Option) (*Workload, *Snapshot, error) {
	if index < 0 {
		return nil, nil, &Error{Code: ErrInvalid, Index: -1, Message: "the index is negative"}
	}
	workload, snapshot := new(Workload), new(Snapshot)
	var failed error
	err := eachWorld(document, resolve(opts), index, func(w *world, err error) {
		if failed = err; err == nil {
			reader := new(reader)
			reader.Workload(workload, w.c.workload)
			reader.Snapshot(snapshot, w.c.snapshot)
		}
	})
	if err := errors.Join(err, failed); err != nil {
		return nil, nil, single(err)
	}
	return workload, snapshot, nil
}

// single spares a caller a joined error of one.
func single(err error) error {
	if joined, is := err.(interface{ Unwrap() []error }); is && len(joined.Unwrap()) == 1 {
		return joined.Unwrap()[0]
	}
	return err
}

// PlanDocument plans every workload of a document, in its order. A workload that fails has Err set, and so does the error that
// is returned, which joins them all; the others are planned.
func PlanDocument(document any, opts ...Option) ([]DocumentPlan, error) {
	o := resolve(opts)
	var all []DocumentPlan
	var failed []error
	err := eachWorld(document, o, -1, func(w *world, err error) {
		one := DocumentPlan{Err: err}
		if err == nil {
			one.APIVersion, one.Kind, one.Namespace, one.Name = w.names()
			var plan *PlanResult
			plan, one.Err = planOf(w.c.workload, w.c.snapshot, o, func(plan *C.struct_rollout_plan, result *PlanResult) error {
				return w.render(&one, plan, result, o)
			})
			if one.Err == nil {
				one.Plan = plan
			}
		}
		if one.Err != nil {
			one = DocumentPlan{APIVersion: one.APIVersion, Kind: one.Kind, Namespace: one.Namespace, Name: one.Name, Err: one.Err}
			failed = append(failed, one.Err)
		}
		all = append(all, one)
	})
	if err != nil {
		return nil, err
	}
	return all, single(errors.Join(failed...))
}

// render adds what was asked for beside the plan.
func (w *world) render(one *DocumentPlan, plan *C.struct_rollout_plan, result *PlanResult, o *options) error {
	if o.json {
		r := newRecord()
		var objects *C.struct_rollout_objects
		if err := r.failed(C.rollout_plan_object(w.c, plan, &objects, &r.c)); err != nil {
			return err
		}
		defer C.rollout_objects_free(objects)
		var err error
		if one.JSON, err = treeText(objects.items); err != nil {
			return err
		}
	}
	if o.objects {
		return w.apply(one, plan, result, o)
	}
	return nil
}

func treeText(tree *C.struct_rollout_tree) ([]byte, error) {
	r := newRecord()
	var n C.size_t
	if err := r.failed(C.rollout_tree_text(tree, nil, 0, &n, &r.c)); err != nil {
		return nil, err
	}
	buf := make([]byte, n+1)
	err := r.failed(C.rollout_tree_text(tree, (*C.char)(unsafe.Pointer(&buf[0])), C.size_t(len(buf)), &n, &r.c))
	return buf[:len(buf)-1], err
}

// apply carries out every action.
func (w *world) apply(one *DocumentPlan, plan *C.struct_rollout_plan, result *PlanResult, o *options) error {
	one.Objects = make([][]any, len(result.Actions))
	for i := range result.Actions {
		action := &result.Actions[i]
		var ids []string
		if o.ids != nil {
			ids = o.ids(i, action)
		} else if IDsNeeded(action) > 0 {
			continue
		}
		s := newSizer()
		objects, err := w.applyOne(s, plan, i, ids)
		s.release()
		if err != nil {
			return err
		}
		one.Objects[i] = objects
	}
	r := newRecord()
	var objects *C.struct_rollout_objects
	if err := r.failed(C.rollout_apply_status(w.c, plan, &objects, &r.c)); err != nil {
		return err
	}
	if read := readObjects(objects); len(read) > 0 {
		one.Status = read[0]
	}
	return nil
}

func (w *world) applyOne(s *sizer, plan *C.struct_rollout_plan, action int, ids []string) ([]any, error) {
	var c *C.struct_rollout_strs
	err := s.pack(func() bool {
		s.fixed += C.sizeof_struct_rollout_strs
		return s.strs(ids)
	}, func(p *packer) {
		c = (*C.struct_rollout_strs)(p.alloc(C.sizeof_struct_rollout_strs))
		p.strs(c, ids)
	})
	if err != nil {
		return nil, err
	}
	r := newRecord()
	var objects *C.struct_rollout_objects
	if err := r.failed(C.rollout_apply(w.c, plan, C.size_t(action), c, &objects, &r.c)); err != nil {
		return nil, err
	}
	return readObjects(objects), nil
}

// readObjects copies and frees them.
func readObjects(objects *C.struct_rollout_objects) []any {
	defer C.rollout_objects_free(objects)
	var read []any
	for _, tree := range unsafe.Slice(objects.items, int(objects.count)) {
		read = append(read, new(reader).tree(&tree))
	}
	return read
}

// IDsNeeded says how many instance ids an action wants drawn: 5 characters of bcdfghjklmnpqrstvwxz2456789, none in use. A
// DaemonSet's create takes one besides, which ends the pod's name, or none.
func IDsNeeded(a *Action) int {
	named := false
	for _, attr := range a.Attrs {
		if attr.Key == AttrNewIDs {
			return int(attr.Value)
		}
		named = named || attr.Key == AttrClaim
	}
	if a.Op == OpCreateClaim && !named {
		return 1
	}
	return 0
}

// OrderDocument gives the candidates of every workload of a document, as Order does. Errors are as those of PlanDocument.
func OrderDocument(document any, opts ...Option) ([]DocumentOrder, error) {
	var all []DocumentOrder
	var failed []error
	err := eachWorld(document, resolve(opts), -1, func(w *world, err error) {
		one := DocumentOrder{Err: err}
		if err == nil {
			one.APIVersion, one.Kind, one.Namespace, one.Name = w.names()
			one.Candidates, one.Err = orderOf(w.c.workload, w.c.snapshot)
		}
		if one.Err != nil {
			failed = append(failed, one.Err)
		}
		all = append(all, one)
	})
	if err != nil {
		return nil, err
	}
	return all, single(errors.Join(failed...))
}
