// SPDX-License-Identifier: Apache-2.0

package rollout

// #include "rollout_go.h"
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
