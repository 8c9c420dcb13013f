// SPDX-License-Identifier: Apache-2.0

package rollout_test

import (
	"encoding/json"
	"errors"
	"fmt"

	rollout "github.com/librollout/librollout/bindings/go"
)

// webFacts are three pods of which one is updated and one more may be.
func webFacts() (*rollout.Workload, *rollout.Snapshot) {
	replicas := int32(3)
	workload := &rollout.Workload{CloneSet: &rollout.CloneSet{
		Namespace: "shop", Name: "web", Replicas: &replicas,
		Flags:           rollout.CloneSetRollingUpdate,
		PodUpdatePolicy: rollout.PolicyInPlaceIfPossible,
		MaxUnavailable:  rollout.FromString("33%"),
	}}
	snapshot := &rollout.Snapshot{
		NowMs:           1750000000000,
		CurrentRevision: 1,
		UpdateRevision:  2,
		Revisions:       []rollout.Revision{{Name: "web-old", Number: 1}, {Name: "web-new", Number: 2}},
		InPlaceVerdicts: []rollout.InPlaceVerdict{{From: 1, To: 2, Flags: rollout.ChangesImages}},
	}
	for i, revision := range []string{"web-new", "web-old", "web-old"} {
		snapshot.Pods = append(snapshot.Pods, rollout.Pod{
			Namespace: "shop", Name: fmt.Sprintf("web-%d", i), Node: "node-a", Revision: revision,
			Labels: map[string]string{"app": "web"},
			Phase:  rollout.PhaseRunning,
			Flags: rollout.PodReady | rollout.PodTemplateHash | rollout.PodInPlaceGate | rollout.PodInPlaceCondition |
				rollout.PodInPlaceTrue | rollout.PodInPlaceClean,
			CreatedMs: 1740000000000, ReadySinceMs: 1740000100000 + int64(i),
		})
	}
	return workload, snapshot
}

func ExamplePlan() {
	workload, snapshot := webFacts()
	plan, err := rollout.Plan(workload, snapshot, rollout.WithSentences())
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, action := range plan.Actions {
		fmt.Println(action.Op, snapshot.Pods[action.Subject].Name)
	}
	for _, verdict := range plan.Verdicts {
		if verdict.SubjectKind == rollout.SubjectPod {
			fmt.Printf("%s %v: %s\n", snapshot.Pods[verdict.Subject].Name, verdict.Reason, verdict.Sentence)
		}
	}
	// Output:
	// update-in-place web-2
	// web-0 UpToDate: up to date at web-new
	// web-1 MaxUnavailableReached: max_unavailable 1 of 1 used; first by web-2
	// web-2 UpdateInPlace: in place, number 1 of 1 now
}

func ExampleOrder() {
	workload, snapshot := webFacts()
	candidates, err := rollout.Order(workload, snapshot)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, candidate := range candidates.Items {
		fmt.Println(snapshot.Pods[candidate.Pod].Name, candidate.Standing)
	}
	// Output:
	// web-2 CandidateWaiting
	// web-1 CandidateWaiting
}

func ExampleDiff() {
	var before, after any
	json.Unmarshal([]byte(`{"spec":{"template":{"spec":{"containers":[{"name":"main","image":"web:1"}]}}}}`), &before)
	json.Unmarshal([]byte(`{"spec":{"template":{"spec":{"containers":[{"name":"main","image":"web:2"}]}}}}`), &after)
	diff, err := rollout.Diff(before, after, rollout.DiffEnvFromMetadata)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(diff.Rule, diff.Flags, *diff.Containers[0].Image)
	// Output:
	// DiffPossible ChangesImages web:2
}

func ExamplePlanDocument() {
	var document any
	json.Unmarshal([]byte(`{"kind":"Snapshot","now":"2026-01-01T00:00:00Z",
		"workload":{"apiVersion":"apps.kruise.io/v1alpha1","kind":"CloneSet","metadata":{"name":"web"},
			"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},
				"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"main","image":"web:1"}]}}}},
		"revisions":[],"pods":[]}`), &document)
	plans, err := rollout.PlanDocument(document)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, action := range plans[0].Plan.Actions {
		fmt.Println(plans[0].Name, action.Op, action.Attrs)
	}
	// Output:
	// web create-revision [{AttrRevision web-646b968c57 0} {AttrNumber  1}]
	// web create [{AttrRevision web-646b968c57 0} {AttrCount  2} {AttrNewIDs  2}]
}

func ExampleDecode() {
	var document any
	json.Unmarshal([]byte(`{"kind":"Snapshot","now":"2026-01-01T00:00:00Z",
		"workload":{"apiVersion":"apps.kruise.io/v1alpha1","kind":"CloneSet","metadata":{"name":"web"},
			"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},
				"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"main","image":"web:1"}]}}}},
		"revisions":[],"pods":[]}`), &document)
	workload, snapshot, err := rollout.Decode(document, 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	*workload.CloneSet.Replicas = 5 // what if?
	plan, err := rollout.Plan(workload, snapshot)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, action := range plan.Actions {
		for _, attr := range action.Attrs {
			if attr.Key == rollout.AttrCount {
				fmt.Println(action.Op, attr.Value)
			}
		}
	}
	// Output:
	// create 5
}

func ExampleError() {
	document := map[string]any{"kind": "Snapshot", "now": "2026-01-01T00:00:00Z", "workload": map[string]any{
		"apiVersion": "apps.kruise.io/v1alpha1", "kind": "CloneSet", "metadata": map[string]any{"name": "web"},
		"spec": map[string]any{"replicas": "two"}}}
	_, err := rollout.PlanDocument(document)
	var e *rollout.Error
	if errors.As(err, &e) {
		fmt.Println(errors.Is(err, rollout.ErrInvalid), e.Path, e.Value)
	}
	fmt.Println(err)
	// Output:
	// true workload.spec.replicas "two"
	// workload.spec.replicas: "two" is not an integer
}

func ExampleIntStr_Scale() {
	pods, err := rollout.FromString("25%").Scale(rollout.ParserScaled, rollout.RoundUp, 10)
	fmt.Println(pods, err)
	// Output:
	// 3 <nil>
}

func ExampleSelector_Matches() {
	selector := rollout.Selector{Requirements: []rollout.Requirement{
		{Key: "tier", Op: rollout.OperatorNotIn, Values: []string{"test"}}}}
	matches, err := selector.Matches(map[string]string{"app": "web"})
	fmt.Println(matches, err, selector.Check())
	// Output:
	// true <nil> <nil>
}
