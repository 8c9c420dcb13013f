// SPDX-License-Identifier: Apache-2.0

package rollout

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func member(v any, path ...string) any {
	for _, name := range path {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}

// TestObjects: an update in place gives the pod with the new image, and what the API has beside it stays.
func TestObjects(t *testing.T) {
	document := benchDocument(t, 10)
	plans, err := PlanDocument(document, WithObjects(nil))
	if err != nil {
		t.Fatal(err)
	}
	plan := plans[0]
	if len(plan.Plan.Actions) != 1 || plan.Plan.Actions[0].Op != OpUpdateInPlace || len(plan.Objects) != 1 || len(plan.Objects[0]) != 1 {
		t.Fatalf("%+v", plan)
	}
	before := member(document, "pods").([]any)[plan.Plan.Actions[0].Subject]
	after := plan.Objects[0][0]
	containers := member(after, "spec", "containers").([]any)
	if member(containers[0], "image") != "registry/demo:2" || member(after, "metadata", "labels", "controller-revision-hash") != "demo-new" {
		t.Errorf("%v", after)
	}
	for _, path := range [][]string{{"metadata", "name"}, {"metadata", "uid"}, {"spec", "nodeName"}, {"metadata", "labels", "zone"}} {
		if !reflect.DeepEqual(member(before, path...), member(after, path...)) {
			t.Errorf("%v: %v became %v", path, member(before, path...), member(after, path...))
		}
	}
	if member(plan.Status, "kind") != "CloneSet" || member(plan.Status, "status", "replicas") != int64(10) {
		t.Errorf("%v", plan.Status)
	}
}

// TestObjectsOfRecordedDecisions: every action of every recorded line can be carried out, and a new pod, revision or claim has
// the name that was asked for.
func TestObjectsOfRecordedDecisions(t *testing.T) {
	for _, kind := range planned {
		carried := 0
		eachLine(readGzip(t, filepath.Join("..", "..", "tests", "vectors", kind+".jsonl.gz")), func(line []byte) {
			drawn := 0
			ids := func(_ int, a *Action) []string {
				var ids []string
				for range IDsNeeded(a) {
					drawn++
					ids = append(ids, fmt.Sprintf("zz%c%c%c", "bcdfghjk"[drawn%8], "bcdfghjk"[drawn/8%8], "bcdfghjk"[drawn/64%8]))
				}
				return ids
			}
			plans, err := PlanDocument(decoded(t, line, false), WithObjects(ids))
			if err != nil {
				t.Errorf("%s: %v", kind, err)
				return
			}
			for i, action := range plans[0].Plan.Actions {
				for _, attr := range action.Attrs {
					if attr.Key == AttrCount && action.Op == OpCreate {
						carried++
						if n := len(plans[0].Objects[i]); int64(n) != attr.Value {
							t.Errorf("%s: %d pods are created, not %d", kind, n, attr.Value)
						}
					}
					if attr.Key == AttrNode && action.Op == OpCreate {
						carried++
						if text, _ := json.Marshal(plans[0].Objects[i]); len(plans[0].Objects[i]) != 1 || !strings.Contains(string(text), `"`+attr.Text+`"`) {
							t.Errorf("%s: no pod for node %s: %s", kind, attr.Text, text)
						}
					}
					named := attr.Key == AttrName && action.Op == OpCreate || attr.Key == AttrRevision && action.Op == OpCreateRevision ||
						attr.Key == AttrClaim && action.Op == OpCreateClaim
					if !named {
						continue
					}
					carried++
					if objects := plans[0].Objects[i]; len(objects) != 1 || member(objects[0], "metadata", "name") != attr.Text {
						t.Errorf("%s: %v %s gives %v", kind, action.Op, attr.Text, objects)
					}
				}
				if action.Op == OpCreateReplicaSet {
					carried++
					if objects := plans[0].Objects[i]; len(objects) != 1 || member(objects[0], "kind") != "ReplicaSet" {
						t.Errorf("%s: no ReplicaSet: %v", kind, objects)
					}
				}
				if action.Op == OpCreate {
					for _, object := range plans[0].Objects[i] {
						if member(object, "kind") != "Pod" && member(object, "spec", "containers") == nil {
							t.Errorf("%s: no pod: %v", kind, object)
						}
					}
				}
			}
		})
		if carried == 0 {
			t.Errorf("%s: nothing was compared", kind)
		}
	}
}

// TestList: of several workloads the one that cannot be decoded has an error, and the others are planned.
func TestList(t *testing.T) {
	set := func(name string, replicas any) any {
		return map[string]any{"apiVersion": "apps.kruise.io/v1alpha1", "kind": "CloneSet",
			"metadata": map[string]any{"name": name, "uid": name},
			"spec": map[string]any{"replicas": replicas, "selector": map[string]any{"matchLabels": map[string]any{"app": name}},
				"template": map[string]any{"metadata": map[string]any{"labels": map[string]any{"app": name}},
					"spec": map[string]any{"containers": []any{map[string]any{"name": "main", "image": "x:1"}}}}}}
	}
	list := map[string]any{"kind": "List", "apiVersion": "v1", "items": []any{set("a", 2), set("b", "two"), set("c", 3)}}
	if _, err := PlanDocument(list); !errors.Is(err, ErrInvalid) {
		t.Errorf("a document without a time: %v", err)
	}
	plans, err := PlanDocument(list, WithNow(1750000000000), nil)
	var e *Error
	if !errors.As(err, &e) || len(plans) != 3 || e.Value != `"two"` {
		t.Fatalf("%v, %d", err, len(plans))
	}
	for i, name := range []string{"a", "", "c"} {
		if failed := plans[i].Err != nil; failed != (name == "") || failed != (plans[i].Plan == nil) || plans[i].Name != name {
			t.Errorf("%+v", plans[i])
		}
	}
	if n, err := DocumentCount(list); n != 3 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	workload, _, err := Decode(list, 2, WithNow(1750000000000))
	if err != nil || workload.CloneSet.Name != "c" || *workload.CloneSet.Replicas != 3 {
		t.Errorf("%+v %v", workload, err)
	}
}

// TestNumbers: however a decoder gives a number, and whoever writes a document in Go, it is the same document.
func TestNumbers(t *testing.T) {
	text := func(replicas, labels, items any) string {
		document := map[string]any{"kind": "Snapshot", "now": "2026-02-01T00:00:00Z", "pods": items, "workload": map[string]any{
			"apiVersion": "apps.kruise.io/v1alpha1", "kind": "CloneSet", "metadata": map[string]any{"name": "x"},
			"spec": map[string]any{"replicas": replicas, "selector": map[string]any{"matchLabels": labels}}}}
		plans, err := PlanDocument(document, WithJSON())
		if err != nil {
			t.Fatalf("%T: %v", replicas, err)
		}
		return string(plans[0].JSON)
	}
	labels := map[string]any{"a": "b"}
	want := text(3, labels, []any{})
	for _, replicas := range []any{float64(3), float32(3), json.Number("3"), int8(3), int16(3), int32(3), int64(3), uint8(3), uint16(3),
		uint32(3), uint64(3), uint(3)} {
		if got := text(replicas, map[string]string{"a": "b"}, []map[string]any{}); got != want {
			t.Errorf("%T: %s, want %s", replicas, got, want)
		}
	}
}

// TestExpansion: the texts that node.h lists get their value as a child, and no others.
func TestExpansion(t *testing.T) {
	const grace = `{"revision":"r","metaDataPatch":"eyJhIjpbMV19"}` // {"a":[1]}
	pod := map[string]any{
		"metadata": map[string]any{"annotations": map[string]any{
			"apps.kruise.io/inplace-update-grace": grace, "inplace-update-state": `{"revision":"{}"}`,
			"apps.kruise.io/runtime-containers-meta": `{"broken":`, "other": `{"o":1}`},
			"labels": map[string]any{"inplace-update-state": `{"l":1}`}},
		"status": map[string]any{"conditions": []any{
			map[string]any{"type": "KruisePodReady", "message": `["x"]`},
			map[string]any{"type": "Ready", "message": `["y"]`}}},
	}
	s := newSizer()
	defer s.release()
	all, ok := s.document(pod, "")
	if !ok {
		t.Fatal(s.fault(""))
	}
	found := map[string]int{}
	tree := s.block.tree(all.first, all.count)
	for i, n := range s.block.allNodes() {
		if n.kind == textNode && n.size > 1 {
			text := goText(&tree, i)
			found[text] = int(n.size)
		}
	}
	want := map[string]int{grace: 7, "eyJhIjpbMV19": 4, `{"revision":"{}"}`: 3, `["x"]`: 3}
	if !reflect.DeepEqual(found, want) {
		t.Errorf("%v, want %v", found, want)
	}
}
