// SPDX-License-Identifier: Apache-2.0

package rollout

import (
	"encoding/json"
	"fmt"
	"syscall"
	"testing"
	"time"
)

const benchPods, benchNodes = 10000, 500

func benchLabels(i int) map[string]string {
	return map[string]string{"app": "demo", "tier": []string{"a", "b", "c"}[i%3], "zone": []string{"z1", "z2", "z3", "z4"}[i%4]}
}

// benchFacts is what tests/bench/decide.c plans: a third on the new revision, all ready, maxUnavailable 10%.
func benchFacts(pods int) (*Workload, *Snapshot) {
	replicas := int32(pods)
	workload := &Workload{CloneSet: &CloneSet{Namespace: "default", Name: "demo", Replicas: &replicas, Flags: CloneSetRollingUpdate,
		PodUpdatePolicy: PolicyInPlaceIfPossible, MaxUnavailable: FromString("10%")}}
	snapshot := &Snapshot{CurrentRevision: 1, UpdateRevision: 2, NowMs: 1800000000000,
		Revisions: []Revision{{Name: "demo-old", Number: 1}, {Name: "demo-new", Number: 2}}}
	for i := range benchNodes {
		snapshot.Nodes = append(snapshot.Nodes, NodeFacts{Name: fmt.Sprintf("node-%d", i)})
	}
	for i := range pods {
		revision := "demo-old"
		if i%3 == 0 {
			revision = "demo-new"
		}
		snapshot.Pods = append(snapshot.Pods, Pod{Phase: PhaseRunning, LifecycleState: StateNormal,
			Flags:     PodReady | PodTemplateHash | PodInPlaceGate | PodInPlaceCondition | PodInPlaceTrue | PodInPlaceClean,
			NodeIndex: uint32(i%benchNodes + 1), ReadySinceMs: 1700000000000, CreatedMs: 1600000000000 + int64(i*7919%pods)*1000,
			Restarts: int32(i % 3), Revision: revision, Name: fmt.Sprintf("demo-%d", i), Node: fmt.Sprintf("node-%d", i%benchNodes),
			Labels: benchLabels(i), Namespace: "default"})
	}
	return workload, snapshot
}

// benchDocument is the same as decoded JSON.
func benchDocument(t testing.TB, pods int) any {
	list := []any{}
	for i := range pods {
		hash := "demo-old"
		if i%3 == 0 {
			hash = "demo-new"
		}
		labels := map[string]any{"controller-revision-hash": hash, "pod-template-hash": hash, "lifecycle.apps.kruise.io/state": "Normal"}
		for k, v := range benchLabels(i) {
			labels[k] = v
		}
		list = append(list, map[string]any{
			"metadata": map[string]any{"name": fmt.Sprintf("demo-%d", i), "namespace": "default", "uid": fmt.Sprintf("uid-%d", i),
				"creationTimestamp": "2026-01-01T00:00:00Z", "labels": labels},
			"spec": map[string]any{"nodeName": fmt.Sprintf("node-%d", i%benchNodes),
				"readinessGates": []any{map[string]any{"conditionType": "InPlaceUpdateReady"}},
				"containers":     []any{map[string]any{"name": "main", "image": "registry/demo:1"}}},
			"status": map[string]any{"phase": "Running",
				"conditions": []any{
					map[string]any{"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-02T00:00:00Z"},
					map[string]any{"type": "InPlaceUpdateReady", "status": "True", "lastTransitionTime": "2026-01-02T00:00:00Z"}},
				"containerStatuses": []any{map[string]any{"name": "main", "restartCount": i % 3}}},
		})
	}
	revision := func(name string, number int, image string) any {
		return map[string]any{"metadata": map[string]any{"name": name}, "revision": number,
			"data": map[string]any{"spec": map[string]any{"template": map[string]any{"$patch": "replace",
				"metadata": map[string]any{"labels": map[string]any{"app": "demo"}},
				"spec":     map[string]any{"containers": []any{map[string]any{"name": "main", "image": image}}}}}}}
	}
	document := map[string]any{"kind": "Snapshot", "now": "2026-02-01T00:00:00Z",
		"updateRevision": "demo-new", "currentRevision": "demo-old",
		"workload": map[string]any{"apiVersion": "apps.kruise.io/v1alpha1", "kind": "CloneSet",
			"metadata": map[string]any{"name": "demo", "namespace": "default"},
			"spec": map[string]any{"replicas": pods, "selector": map[string]any{"matchLabels": map[string]any{"app": "demo"}},
				"updateStrategy": map[string]any{"type": "InPlaceIfPossible", "maxUnavailable": "10%"},
				"template": map[string]any{"metadata": map[string]any{"labels": map[string]any{"app": "demo"}},
					"spec": map[string]any{"containers": []any{map[string]any{"name": "main", "image": "registry/demo:2"}}}}}},
		"revisions": []any{revision("demo-old", 1, "registry/demo:1"), revision("demo-new", 2, "registry/demo:2")},
		"pods":      list}
	text, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, text, false)
}

// cpu is the processor time of the process so far, that of the garbage collector included.
func cpu() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// sideBySide times two ways by turns and reports the least time of each, the mean of its processor time, which holds on a busy
// machine too, and the ratio of the least.
func sideBySide(b *testing.B, c, goes func() error) {
	var least, sum [2]time.Duration
	rounds := 0
	for b.Loop() {
		rounds++
		for i, way := range []func() error{c, goes} {
			start, before := time.Now(), cpu()
			if err := way(); err != nil {
				b.Fatal(err)
			}
			took := time.Since(start)
			sum[i] += cpu() - before
			if least[i] == 0 || took < least[i] {
				least[i] = took
			}
		}
	}
	b.ReportMetric(0, "ns/op")
	for i, name := range []string{"c", "go"} {
		b.ReportMetric(least[i].Seconds()*1e3, name+"-least-ms")
		b.ReportMetric((sum[i]/time.Duration(rounds)).Seconds()*1e3, name+"-cpu-ms")
	}
	b.ReportMetric(float64(least[1])/float64(least[0]), "go/c")
}

// BenchmarkPlan: from Go structs to a plan of Go structs, beside C planning the same facts where they are packed.
func BenchmarkPlan(b *testing.B) {
	workload, snapshot := benchFacts(benchPods)
	s := newSizer()
	defer s.release()
	cw, cs, err := s.facts(workload, snapshot)
	if err != nil {
		b.Fatal(err)
	}
	sideBySide(b, func() error { return planAlone(cw, cs) }, func() error {
		plan, err := Plan(workload, snapshot)
		if err == nil && len(plan.Actions) != benchPods/10 {
			b.Fatalf("%d actions", len(plan.Actions))
		}
		return err
	})
}

// BenchmarkPlanDocument: from decoded JSON to a plan of Go structs, beside C decoding and planning the same tree.
func BenchmarkPlanDocument(b *testing.B) {
	document := benchDocument(b, benchPods)
	s := newSizer()
	defer s.release()
	all, ok := s.document(document, "")
	if !ok {
		b.Fatal(s.fault(""))
	}
	tree, _ := s.keepTree(all)
	sideBySide(b, func() error { return planTreeAlone(tree) }, func() error {
		plans, err := PlanDocument(document)
		if err == nil && len(plans[0].Plan.Actions) != benchPods/10 {
			b.Fatalf("%d actions", len(plans[0].Plan.Actions))
		}
		return err
	})
}

func BenchmarkDecode(b *testing.B) {
	document := benchDocument(b, benchPods)
	for b.Loop() {
		if _, _, err := Decode(document, 0); err != nil {
			b.Fatal(err)
		}
	}
}
