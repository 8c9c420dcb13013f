// SPDX-License-Identifier: Apache-2.0

package rollout

import (
	"bytes"
	"encoding/json"
	"errors"
	"path/filepath"
	"testing"
)

// FuzzDocument: whatever JSON is given as a document is planned or refused with an *Error, never a panic; and where facts can
// be decoded from it they are planned as the document is.
func FuzzDocument(f *testing.F) {
	for _, kind := range []string{"cloneset", "statefulset", "daemonset"} {
		n := 0
		eachLine(readGzip(f, filepath.Join("..", "..", "tests", "vectors", kind+".jsonl.gz")), func(line []byte) {
			if n++; n <= 5 {
				f.Add(bytes.Clone(line))
			}
		})
	}
	f.Add([]byte(`{"kind":"List","items":[{"kind":"Pod","metadata":{"annotations":{"apps.kruise.io/inplace-update-grace":"{\"metaDataPatch\":\"e30=\"}"}}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		var document any
		if decoder.Decode(&document) != nil {
			return
		}
		plans, err := PlanDocument(document, WithSentences(), WithJSON(), WithObjects(nil), WithNow(1))
		var e *Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%T: %v", err, err)
		}
		for i := range plans {
			if plans[i].Err != nil {
				continue
			}
			if !json.Valid(plans[i].JSON) {
				t.Fatalf("no JSON: %s", plans[i].JSON)
			}
			workload, snapshot, err := Decode(document, i, WithNow(1))
			if err != nil {
				t.Fatal(err)
			}
			plan, err := Plan(workload, snapshot)
			if err != nil || len(plan.Actions) != len(plans[i].Plan.Actions) || len(plan.Verdicts) != len(plans[i].Plan.Verdicts) {
				t.Fatalf("%v: %+v\n%+v", err, plan, plans[i].Plan)
			}
		}
	})
}

// FuzzExpansion: a text that is JSON itself is taken for it just where encoding/json takes it, but for what that is laxer in.
func FuzzExpansion(f *testing.F) {
	for _, text := range []string{`{}`, `{"a":[1,2.5,"\u00e9\ud83d\ude00",true,false,null]}`, ` [ ] `, `"\ud800"`, `1e999`,
		`99999999999999999999`, `{"a":1,"a":2}`, `[1,]`, `{"a"}`, `-`, `01`, `"\x"`, "\"\x01\"", `{"\u0000":1}`, `nul`, `[[[]]`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s := newSizer()
		defer s.release()
		p := parser{w: &s.writer, text: text}
		ours := p.document(placeSealed, 1)
		if ours && !json.Valid([]byte(text)) {
			t.Fatalf("taken for JSON: %q", text)
		}
		var v any
		decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
		decoder.UseNumber()
		if !ours && json.Valid([]byte(text)) && decoder.Decode(&v) == nil && !lax(text, v) {
			t.Fatalf("not taken for JSON: %q", text)
		}
	})
}

// lax tells of a valid text that C's reader refuses: of its numbers, escapes and depth.
func lax(text string, v any) bool {
	switch v := v.(type) {
	case json.Number:
		_, _, kind := readNumber(string(v))
		return kind == numberBroken
	case []any:
		for i := range v {
			if lax("", v[i]) {
				return true
			}
		}
	case map[string]any:
		for key, member := range v {
			if bytes.IndexByte([]byte(key), 0) >= 0 || lax("", member) {
				return true
			}
		}
	}
	return bytes.Contains([]byte(text), []byte(`\u`)) || bytes.ContainsRune([]byte(text), '\uFFFD') || bytes.Count([]byte(text), []byte("[")) > 900 ||
		bytes.Count([]byte(text), []byte("{")) > 900
}
