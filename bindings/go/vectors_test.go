// SPDX-License-Identifier: Apache-2.0

package rollout

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// planned are the recordings of plans; the others are of building blocks.
var planned = []string{"cloneset", "cloneset-release", "cloneset-wild", "statefulset", "nativestatefulset", "daemonset",
	"nativedaemonset", "broadcastjob", "deployment", "replicaset", "uniteddeployment", "sidecarset"}

// vectors are the files of a recording: the lines kept in the repository, and where they are found all of them.
func vectors(t testing.TB, kind string) []string {
	t.Helper()
	name := kind + ".jsonl.gz"
	files := []string{filepath.Join("..", "..", "tests", "vectors", name)}
	folder := os.Getenv("ROLLOUT_VECTORS")
	if folder == "" {
		folder = filepath.Join("..", "..", "..", "shared", "vectors")
	}
	if full := filepath.Join(folder, name); !testing.Short() && os.Getenv("ROLLOUT_KEPT_ONLY") == "" {
		if _, err := os.Stat(full); err == nil {
			files = append(files, full)
		}
	}
	return files
}

func readGzip(t testing.TB, path string) []byte {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(unzipped)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func eachLine(all []byte, visit func(line []byte)) int {
	n := 0
	for line := range bytes.Lines(all) {
		visit(bytes.TrimSuffix(line, []byte("\n")))
		n++
	}
	return n
}

// decoded is a line as json.Unmarshal gives it, with float64 for numbers or with their spelling.
func decoded(t testing.TB, line []byte, numbers bool) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(line))
	if numbers {
		decoder.UseNumber()
	}
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// command is the rollout command of the same source, which reads with another JSON parser and plans in C alone.
func command(t testing.TB) string {
	t.Helper()
	path := os.Getenv("ROLLOUT_COMMAND")
	if path == "" {
		t.Skip("ROLLOUT_COMMAND names no rollout command to compare with")
	}
	return path
}

// TestRecordedDecisions: the plan document of every recorded line is, byte for byte, what C gives.
func TestRecordedDecisions(t *testing.T) {
	for _, kind := range planned {
		for _, path := range vectors(t, kind) {
			t.Run(filepath.Base(filepath.Dir(path))+"/"+kind, func(t *testing.T) {
				t.Parallel()
				all := readGzip(t, path)
				run := exec.Command(command(t), "plan", "-o", "json")
				run.Stdin = bytes.NewReader(all)
				var complaints bytes.Buffer
				run.Stderr = &complaints
				out, err := run.Output()
				if err != nil {
					t.Fatalf("rollout: %v: %s", err, complaints.Bytes())
				}
				wanted := bufio.NewScanner(bytes.NewReader(out))
				wanted.Buffer(nil, 1<<28)
				differences := 0
				n := eachLine(all, func(line []byte) {
					plans, err := PlanDocument(decoded(t, line, false), WithJSON())
					if err != nil || len(plans) != 1 || !wanted.Scan() {
						t.Fatalf("%d plans, %v: %.200s", len(plans), err, line)
					}
					if !bytes.Equal(plans[0].JSON, wanted.Bytes()) && differences < 5 {
						differences++
						t.Errorf("C and Go differ:\n%s\n%s\n%.100s", wanted.Bytes(), plans[0].JSON, line)
					}
				})
				if n == 0 || wanted.Scan() {
					t.Errorf("%d lines read, and there are more answers", n)
				}
				t.Logf("%d lines", n)
			})
		}
	}
}

// TestRecordedAdmissions: what SidecarSets make of every recorded pod is what was recorded, but for the pod itself, which is
// compared with C's.
func TestRecordedAdmissions(t *testing.T) {
	for _, path := range vectors(t, "sidecarset-inject") {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			all := readGzip(t, path)
			run := exec.Command(command(t), "inject", "-o", "json", "-")
			run.Stdin = bytes.NewReader(all)
			out, err := run.Output()
			if refused := new(exec.ExitError); err != nil && !(errors.As(err, &refused) && refused.ExitCode() == 1) {
				t.Fatal(err) // 1: a pod is refused
			}
			wanted := bufio.NewScanner(bytes.NewReader(out))
			wanted.Buffer(nil, 1<<28)
			eachLine(all, func(line []byte) {
				answer, err := Inject(decoded(t, line, true))
				if err != nil || !wanted.Scan() {
					t.Fatalf("%v: %.200s", err, line)
				}
				if !reflect.DeepEqual(plain(t, answer), plain(t, decoded(t, wanted.Bytes(), true))) {
					t.Errorf("C and Go differ:\n%s\n%v", wanted.Bytes(), answer)
				}
				expect := decoded(t, line, true).(map[string]any)["expect"].(map[string]any)
				for member, value := range expect {
					if member == "error" && answer[member] != nil {
						continue // upstream's words are another's
					}
					if !reflect.DeepEqual(plain(t, answer[member]), plain(t, value)) {
						t.Errorf("%s is %v, recorded %v: %.100s", member, answer[member], value, line)
					}
				}
			})
			if wanted.Scan() {
				t.Error("there are more answers")
			}
		})
	}
}

// TestFactsOfRecordedDecisions: facts that a document is decoded into, packed again, are planned as the document is, and
// their candidates are the same.
func TestFactsOfRecordedDecisions(t *testing.T) {
	for _, kind := range planned {
		for _, path := range vectors(t, kind) {
			t.Run(filepath.Base(filepath.Dir(path))+"/"+kind, func(t *testing.T) {
				t.Parallel()
				differences := 0
				eachLine(readGzip(t, path), func(line []byte) {
					document := decoded(t, line, true)
					plans, err := PlanDocument(document, WithSentences())
					if err != nil {
						t.Fatalf("%v: %.200s", err, line)
					}
					workload, snapshot, err := Decode(document, 0)
					if err != nil {
						t.Fatalf("%v: %.200s", err, line)
					}
					plan, err := Plan(workload, snapshot, WithSentences())
					if err != nil {
						t.Fatalf("%v: %.200s", err, line)
					}
					if !reflect.DeepEqual(plan, plans[0].Plan) && differences < 5 {
						differences++
						t.Errorf("%.100s:\n%+v\n%+v", line, plan, plans[0].Plan)
					}
					if workload.BroadcastJob != nil || workload.UnitedDeployment != nil {
						if _, err := OrderDocument(document); err == nil {
							t.Errorf("%s has an order", kind)
						}
						return
					}
					orders, err := OrderDocument(document)
					if err != nil {
						t.Fatal(err)
					}
					candidates, err := Order(workload, snapshot)
					if err != nil {
						t.Fatal(err)
					}
					if !reflect.DeepEqual(candidates, orders[0].Candidates) && differences < 5 {
						differences++
						t.Errorf("%.100s:\n%+v\n%+v", line, candidates, orders[0].Candidates)
					}
				})
			})
		}
	}
}

type orderLine struct {
	ID               string
	Expect           []uint32
	Labels           []map[string]string
	Waiting          []uint32
	ScatterStrategy  []Label
	PriorityStrategy *struct {
		OrderPriority []struct {
			OrderedKey string
		}
		WeightPriority []struct {
			Weight        int32
			MatchSelector selectorLine
		}
	}
}

type selectorLine struct {
	MatchLabels      map[string]string
	MatchExpressions []struct {
		Key      string
		Operator string
		Values   []string
	}
}

func (l *selectorLine) selector() Selector {
	s := Selector{MatchLabels: l.MatchLabels}
	known := map[string]Operator{"In": OperatorIn, "NotIn": OperatorNotIn, "Exists": OperatorExists,
		"DoesNotExist": OperatorDoesNotExist}
	for _, e := range l.MatchExpressions {
		s.Requirements = append(s.Requirements, Requirement{Key: e.Key, Op: known[e.Operator], Values: e.Values})
	}
	return s
}

// TestRecordedOrders: the building blocks order as the recorded controller did.
func TestRecordedOrders(t *testing.T) {
	for _, path := range vectors(t, "ordering") {
		eachLine(readGzip(t, path), func(text []byte) {
			var line orderLine
			if err := json.Unmarshal(text, &line); err != nil {
				t.Fatal(err)
			}
			pods := make([]Pod, len(line.Labels))
			for i := range pods {
				pods[i].Labels = line.Labels[i]
			}
			priority := new(Priority)
			if p := line.PriorityStrategy; p != nil {
				for _, term := range p.WeightPriority {
					priority.Weights = append(priority.Weights, WeightTerm{Weight: term.Weight, Selector: term.MatchSelector.selector()})
				}
				for _, key := range p.OrderPriority {
					priority.OrderedKeys = append(priority.OrderedKeys, key.OrderedKey)
				}
			}
			indices := append([]uint32(nil), line.Waiting...)
			if err := OrderPriority(priority, pods, indices); err != nil {
				t.Fatal(err)
			}
			if err := OrderScatter(line.ScatterStrategy, pods, indices); err != nil {
				t.Fatal(err)
			}
			if len(indices)+len(line.Expect) > 0 && !reflect.DeepEqual(indices, line.Expect) {
				t.Errorf("%s: %v, recorded %v", line.ID, indices, line.Expect)
			}
		})
	}
}

// TestRecordedDiffs: a pair of revisions is told to be possible in place, with the same changes, as recorded.
func TestRecordedDiffs(t *testing.T) {
	for _, path := range vectors(t, "inplace") {
		eachLine(readGzip(t, path), func(text []byte) {
			var line struct {
				ID           string
				Old, New     any
				FeatureGates map[string]bool
				Expect       struct {
					Eligible              bool
					MetadataPatch         map[string]any
					UpdateEnvFromMetadata bool
					ContainerImages       map[string]string
				}
			}
			if err := json.Unmarshal(text, &line); err != nil {
				t.Fatal(err)
			}
			flags := DiffEnvFromMetadata
			if on, set := line.FeatureGates["InPlaceUpdateEnvFromMetadata"]; set && !on {
				flags = 0
			}
			if line.FeatureGates["InPlaceWorkloadVerticalScaling"] {
				flags |= DiffVerticalScaling
			}
			diff, err := Diff(line.Old, line.New, flags)
			if err != nil {
				t.Fatal(err)
			}
			if (diff.Rule == DiffPossible) != line.Expect.Eligible {
				t.Errorf("%s: %v at %v, recorded eligible %v", line.ID, diff.Rule, diff.Path, line.Expect.Eligible)
				return
			}
			if diff.Rule != DiffPossible {
				return
			}
			if got := plain(t, diff.MetadataPatch); !reflect.DeepEqual(got, plain(t, line.Expect.MetadataPatch)) {
				t.Errorf("%s: patch %v, recorded %v", line.ID, got, line.Expect.MetadataPatch)
			}
			if env := diff.Flags&ChangesEnv != 0; env != line.Expect.UpdateEnvFromMetadata {
				t.Errorf("%s: environment %v, recorded %v", line.ID, env, line.Expect.UpdateEnvFromMetadata)
			}
			images := map[string]string{}
			for _, c := range diff.Containers {
				if c.Image != nil {
					images[c.Name] = *c.Image
				}
			}
			if len(images)+len(line.Expect.ContainerImages) > 0 && !reflect.DeepEqual(images, line.Expect.ContainerImages) {
				t.Errorf("%s: images %v, recorded %v", line.ID, images, line.Expect.ContainerImages)
			}
		})
	}
}

// plain writes integers as JSON decoders give them.
func plain(t *testing.T, v any) any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(string(text), "null") || string(text) == "{}" {
		return nil
	}
	return decoded(t, text, false)
}
