// SPDX-License-Identifier: Apache-2.0

package rollout

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// smallFacts are two pods of which one is to be updated.
func smallFacts() (*Workload, *Snapshot) { return benchFacts(10) }

// resident is how much memory the process has, C's included.
func resident(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("there is no /proc/self/statm")
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}

// TestNoGrowth: 10,000 calls of either kind, failing ones among them, leave neither heap larger. What one call leaks, be it
// one block of a few kilobytes, would be tens of megabytes.
func TestNoGrowth(t *testing.T) {
	workload, snapshot := smallFacts()
	document := benchDocument(t, 10)
	broken := map[string]any{"kind": "Snapshot", "workload": document.(map[string]any)["workload"], "now": "2026-02-01T00:00:00Z",
		"pods": []any{map[string]any{"metadata": map[string]any{"labels": 1}}}}
	calls := map[string]func() error{
		"plan":  func() error { _, err := Plan(workload, snapshot, WithSentences()); return err },
		"order": func() error { _, err := Order(workload, snapshot); return err },
		"document": func() error {
			_, err := PlanDocument(document, WithSentences(), WithJSON(), WithObjects(nil))
			return err
		},
		"decode": func() error { _, _, err := Decode(document, 0); return err },
		"refused": func() error {
			if _, err := PlanDocument(broken); !errors.Is(err, ErrInvalid) {
				return fmt.Errorf("not refused: %w", err)
			}
			if _, err := Plan(&Workload{}, snapshot); !errors.Is(err, ErrInvalid) {
				return fmt.Errorf("not refused: %w", err)
			}
			return nil
		},
		"diff": func() error { _, err := Diff(document, document, 0); return err },
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			rounds := 10000
			if testing.Short() {
				rounds = 1000
			}
			many := func(n int) {
				for range n {
					if err := call(); err != nil {
						t.Fatal(err)
					}
				}
				runtime.GC()
				debug.FreeOSMemory()
			}
			measure := func() (int, uint64) {
				var stats runtime.MemStats
				runtime.ReadMemStats(&stats)
				return resident(t), stats.HeapAlloc
			}
			many(rounds / 10)
			before, heapBefore := measure()
			ofC := cHeap()
			many(rounds)
			// What a thread keeps for itself counts as in use, so a little may come and go.
			if more := cHeap() - ofC; more > 256<<10 {
				t.Errorf("%d more bytes in C's heap after %d calls", more, rounds)
			}
			after, heapAfter := measure()
			if after-before > 6<<20 {
				t.Errorf("%d more bytes resident after %d calls", after-before, rounds)
			}
			if heapAfter > heapBefore+1<<20 {
				t.Errorf("%d more bytes in Go's heap after %d calls", heapAfter-heapBefore, rounds)
			}
		})
	}
}

// TestSameFromManyGoroutines: calls at once, on the same facts, give the same plan.
func TestSameFromManyGoroutines(t *testing.T) {
	workload, snapshot := benchFacts(200)
	document := benchDocument(t, 200)
	want, err := Plan(workload, snapshot, WithSentences())
	if err != nil {
		t.Fatal(err)
	}
	wantDocument, err := PlanDocument(document, WithJSON())
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			for range 20 {
				plan, err := Plan(workload, snapshot, WithSentences())
				if err != nil || !reflect.DeepEqual(plan, want) {
					t.Error("another plan, or", err)
				}
				plans, err := PlanDocument(document, WithJSON())
				if err != nil || !reflect.DeepEqual(plans, wantDocument) {
					t.Error("another plan of the document, or", err)
				}
			}
		}()
	}
	group.Wait()
}

func nested(levels int, of func(any) any) any {
	var v any
	for range levels {
		v = of(v)
	}
	return v
}

// TestHostileTrees: whatever is given as decoded JSON, the answer is an error that says where.
func TestHostileTrees(t *testing.T) {
	cyclic := map[string]any{}
	cyclic["me"] = []any{cyclic}
	list := []any{nil}
	list[0] = list
	inArray := func(v any) any { return []any{v} }
	inObject := func(v any) any { return map[string]any{"a": v} }
	var nilMap map[string]any
	for name, test := range map[string]struct {
		v    any
		path string
		part string
	}{
		"nil":            {nil, "", "is not an object"},
		"nil map":        {nilMap, "", ""},
		"text":           {"x", "", ""},
		"cyclic map":     {cyclic, "me[0].me[0]", "nested too deep"},
		"cyclic slice":   {list, "[0][0][0]", "nested too deep"},
		"100,000 arrays": {nested(100000, inArray), "[0][0]", "nested too deep"},
		"100,000 maps":   {nested(100000, inObject), "a.a.a", "nested too deep"},
		"NaN":            {map[string]any{"x y": []any{1, math.NaN()}}, `["x y"][1]`, "NaN is no JSON number"},
		"infinity":       {[]any{math.Inf(-1)}, "[0]", "-Inf is no JSON number"},
		"a channel":      {map[string]any{"a": map[string]any{"b": make(chan int)}}, "a.b", "chan int"},
		"a struct":       {map[string]any{"a": struct{}{}}, "a", "struct {}"},
		"a nil pointer":  {map[string]any{"a": (*int)(nil)}, "a", "*int"},
		"broken text":    {map[string]any{"a": "\xff"}, "a", "invalid UTF-8"},
		"broken key":     {map[string]any{"a": map[string]any{"\xff": 1}}, "a", "invalid UTF-8"},
		"no number":      {map[string]any{"a": json.Number("1e")}, "a", "no JSON number"},
		"large number":   {map[string]any{"a": json.Number("9223372036854775808")}, "a", "too large"},
		"huge number":    {map[string]any{"a": json.Number("1e999")}, "a", "too large"},
		"large unsigned": {map[string]any{"a": uint64(math.MaxUint64)}, "a", "18446744073709551615 is too large"},
	} {
		t.Run(name, func(t *testing.T) {
			check := func(err error) {
				t.Helper()
				var e *Error
				if !errors.As(err, &e) || !errors.Is(err, ErrInvalid) {
					t.Fatalf("%v", err)
				}
				if !strings.Contains(e.Path, test.path) || !strings.Contains(e.Message, test.part) || len(e.Path) >= pathSize {
					t.Errorf("%q: %s", e.Path, e.Message)
				}
			}
			_, err := PlanDocument(test.v)
			check(err)
			_, err = OrderDocument(test.v)
			check(err)
			_, _, err = Decode(test.v, 0)
			check(err)
			if test.part != "" && test.v != nil { // Diff takes any tree that there is
				_, err = Diff(map[string]any{}, test.v, 0)
				check(err)
				workload, snapshot := smallFacts()
				snapshot.Revisions[1].Data = test.v
				_, err = Plan(workload, snapshot)
				check(err)
				if !strings.HasPrefix(err.(*Error).Path, "revisions[1].data") {
					t.Errorf("the path is %q", err.(*Error).Path)
				}
			}
		})
	}
}

// TestDepth: what C takes is taken, and not one level more.
func TestDepth(t *testing.T) {
	inArray := func(v any) any { return []any{v} }
	if _, err := Diff(nested(maxDepth, inArray), nil, 0); err != nil {
		t.Error(err)
	}
	if _, err := Diff(nested(maxDepth+1, inArray), nil, 0); err == nil {
		t.Error("a level too many is taken")
	}
}

// TestHostileFacts: facts that make no sense are refused or planned, and nothing is read that is not there.
func TestHostileFacts(t *testing.T) {
	zero := int32(0)
	for name, change := range map[string]func(w *Workload, s *Snapshot){
		"zero":             func(w *Workload, s *Snapshot) { *w, *s = Workload{}, Snapshot{} },
		"no spec":          func(w *Workload, s *Snapshot) { w.CloneSet = nil },
		"two specs":        func(w *Workload, s *Snapshot) { w.DaemonSet = &DaemonSet{} },
		"revision index":   func(w *Workload, s *Snapshot) { s.UpdateRevision = 77 },
		"current revision": func(w *Workload, s *Snapshot) { s.CurrentRevision = math.MaxUint32 },
		"time":             func(w *Workload, s *Snapshot) { s.NowMs = math.MinInt64 },
		"profile":          func(w *Workload, s *Snapshot) { w.Profile = 9 },
		"fix":              func(w *Workload, s *Snapshot) { w.Fixes = []uint32{1, 2, 3} },
		"gate":             func(w *Workload, s *Snapshot) { w.Gates = []FeatureGate{{Gate: 4711, On: true}} },
		"update type":      func(w *Workload, s *Snapshot) { w.CloneSet.UpdateType = 99 },
		"verdict":          func(w *Workload, s *Snapshot) { s.InPlaceVerdicts = []InPlaceVerdict{{From: 1, To: 99}} },
		"number":           func(w *Workload, s *Snapshot) { s.Revisions[1].Number = math.MaxInt64 },
	} {
		t.Run(name, func(t *testing.T) {
			workload, snapshot := smallFacts()
			change(workload, snapshot)
			_, err := Plan(workload, snapshot)
			var e *Error
			if !errors.As(err, &e) || e.Message == "" {
				t.Errorf("%v", err)
			}
			if _, err := Order(workload, snapshot); err == nil {
				t.Error("ordered")
			}
		})
	}
	for name, change := range map[string]func(w *Workload, s *Snapshot){
		"texts with NUL": func(w *Workload, s *Snapshot) { s.Pods[0].Name, s.Pods[1].Node = "a\x00b", "\x00" },
		"invalid UTF-8": func(w *Workload, s *Snapshot) {
			s.Pods[0].Name, s.Pods[1].Labels = "\xff", map[string]string{"\xfe": "\xff"}
		},
		"unknown numbers": func(w *Workload, s *Snapshot) { s.Pods[0].Phase, s.Pods[1].NodeIndex = 99, math.MaxUint32 },
		"empty labels":    func(w *Workload, s *Snapshot) { s.Pods[0].Labels = map[string]string{"": ""} },
		"no pods":         func(w *Workload, s *Snapshot) { s.Pods = nil },
		"no replicas":     func(w *Workload, s *Snapshot) { w.CloneSet.Replicas = &zero },
		"long text":       func(w *Workload, s *Snapshot) { s.Pods[2].Name = strings.Repeat("x", 1<<20) },
		"broken limit":    func(w *Workload, s *Snapshot) { w.CloneSet.MaxUnavailable = FromString("\xff%%") },
		"many labels": func(w *Workload, s *Snapshot) {
			s.Pods[0].Labels = map[string]string{}
			for i := range 100000 {
				s.Pods[0].Labels[strconv.Itoa(i)] = "x"
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			workload, snapshot := smallFacts()
			change(workload, snapshot)
			if _, err := Plan(workload, snapshot, WithSentences()); err != nil {
				t.Error(err)
			}
		})
	}
	if _, err := Plan(nil, &Snapshot{}); !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
	if _, err := Plan(&Workload{}, nil); !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
}

// TestWrittenMeanwhile: facts that are not what the first pass saw are an error, and nothing is written beyond the block.
func TestWrittenMeanwhile(t *testing.T) {
	for name, change := range map[string]func(s *Snapshot){
		"longer text": func(s *Snapshot) { s.Pods[0].Name = strings.Repeat("x", 100000) },
		"more pods":   func(s *Snapshot) { s.Pods = make([]Pod, 10000) },
	} {
		t.Run(name, func(t *testing.T) {
			workload, snapshot := smallFacts()
			s := newSizer()
			defer s.release()
			err := s.pack(func() bool {
				ok := s.Workload(workload) && s.Snapshot(snapshot)
				change(snapshot)
				return ok
			}, func(p *packer) {
				p.Snapshot(newCSnapshot(), snapshot)
			})
			if !errors.Is(err, ErrInvalid) {
				t.Error(err)
			}
		})
	}
}

// TestErrors: an error is found by errors.Is and errors.As, and says what C says.
func TestErrors(t *testing.T) {
	document := map[string]any{"kind": "Snapshot", "now": "2026-02-01T00:00:00Z", "workload": map[string]any{
		"apiVersion": "apps.kruise.io/v1alpha1", "kind": "CloneSet", "metadata": map[string]any{"name": "x"},
		"spec": map[string]any{"replicas": "three"}}}
	plans, err := PlanDocument(document)
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, ErrInvalid) || errors.Is(err, ErrNoMemory) {
		t.Fatalf("%v", err)
	}
	if !strings.HasSuffix(e.Path, "spec.replicas") || e.Value != `"three"` || !strings.HasPrefix(e.Message, e.Path+": ") ||
		err.Error() != e.Message {
		t.Errorf("%+v", e)
	}
	if len(plans) != 1 || plans[0].Plan != nil || plans[0].Err == nil {
		t.Errorf("%+v", plans)
	}
	indices := []uint32{0, 7, 1}
	err = OrderDefault(make([]Pod, 2), indices)
	if !errors.As(err, &e) || e.Index != 1 || !reflect.DeepEqual(indices, []uint32{0, 7, 1}) {
		t.Errorf("%v %v", err, indices)
	}
	if _, err := FromString("x%").Scale(ParserScaled, RoundUp, 10); !errors.As(err, &e) || e.Value != `"x%"` {
		t.Errorf("%v", err)
	}
	if _, _, err := Decode(document, 5); !errors.Is(err, ErrInvalid) {
		t.Errorf("%v", err)
	}
}

// TestVersion: a library of another version is refused in words.
func TestVersion(t *testing.T) {
	if err := versionError(Version()); err != nil {
		t.Error(err)
	}
	for _, other := range []string{"", "x", "0.1", "1.1.0", "0.99.0", "0.1.x", fmt.Sprintf("%d.%d", VersionMajor, VersionMinor+1)} {
		if err := versionError(other); !errors.Is(err, ErrABI) || !strings.Contains(err.Error(), other) {
			t.Errorf("%q: %v", other, err)
		}
	}
}

// TestSpelling: reals and texts that are JSON themselves become what C's reader makes of them; see FuzzDocument for the rest.
func TestSpelling(t *testing.T) {
	for v, want := range map[float64]string{0.1: "0.1", 1e20: "1e20", 1e-7: "1e-7", 0.30000000000000004: "0.30000000000000004",
		1.5: "1.5", 123456.75: "123456.75", 1e300: "1e300", 5e-324: "4.94065645841247e-324", -2.5e-5: "-2.5e-5"} {
		if got := spell(v); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
	if got := spell(1e16); got != "1e16" {
		t.Error(got)
	}
}
