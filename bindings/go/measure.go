// SPDX-License-Identifier: Apache-2.0

package rollout

/*
#ifdef __linux__
#include <features.h>
#endif
#include <stddef.h>
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
#include <malloc.h>
static size_t rollout_go_heap(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}
#else
static size_t rollout_go_heap(void)
{
    return 0;
}
#endif

#include "rollout_go.h"
*/
import "C"

import "unsafe"

// What tests and benchmarks need of C, since a test file must not use cgo: among it the C library alone on input that is packed.

func planAlone(workload *C.struct_rollout_workload, snapshot *C.struct_rollout_snapshot) error {
	var plan *C.struct_rollout_plan
	r := newRecord()
	err := r.failed(C.rollout_plan(workload, snapshot, &plan, &r.c))
	C.rollout_plan_free(plan)
	return err
}

func planTreeAlone(tree *C.struct_rollout_tree) error {
	r := newRecord()
	var grouping *C.struct_rollout_grouping
	if err := r.failed(C.rollout_document_group(tree, &grouping, &r.c)); err != nil {
		return err
	}
	defer C.rollout_grouping_free(grouping)
	var world *C.struct_rollout_world
	if err := r.failed(C.rollout_grouping_decode(grouping, 0, 0, &world, &r.c)); err != nil {
		return err
	}
	defer C.rollout_world_free(world)
	return planAlone(world.workload, world.snapshot)
}

func newCSnapshot() *C.struct_rollout_snapshot { return new(C.struct_rollout_snapshot) }

const textNode = C.ROLLOUT_NODE_TEXT

func goText(tree *C.struct_rollout_tree, i int) string {
	return text(unsafe.Slice(tree.nodes, int(tree.count))[i].text)
}

// cHeap is how many bytes C's heap has in use; 0 where the C library does not tell.
func cHeap() int { return int(C.rollout_go_heap()) }

// readBack packs facts and reads them again.
func readBack(workload *Workload, snapshot *Snapshot) (*Workload, *Snapshot, error) {
	s := newSizer()
	defer s.release()
	cw, cs, err := s.facts(workload, snapshot)
	if err != nil {
		return nil, nil, err
	}
	w, r := new(Workload), new(Snapshot)
	new(reader).Workload(w, cw)
	new(reader).Snapshot(r, cs)
	return w, r, nil
}
