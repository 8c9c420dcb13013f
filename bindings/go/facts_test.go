// SPDX-License-Identifier: Apache-2.0

package rollout

import (
	"fmt"
	"reflect"
	"testing"
)

// filler gives every field a value of its own.
type filler struct{ n int }

func (f *filler) fill(v reflect.Value) {
	f.n++
	switch v.Kind() {
	case reflect.String:
		v.SetString(fmt.Sprintf("text-%d", f.n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(f.n))
	case reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(f.n))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		if f.n%3 != 0 || v.Type().Elem().Kind() == reflect.Struct { // else "" or 0, which is not absent
			f.fill(v.Elem())
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		f.fill(v.Index(0))
		f.fill(v.Index(1))
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{fmt.Sprintf("b-%d", f.n): "", "a": fmt.Sprint(f.n)}))
	case reflect.Interface:
		v.Set(reflect.ValueOf(map[string]any{"n": int64(f.n), "list": []any{true, nil, 1.5, "text", map[string]any{}}}))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[IntStr]() {
			v.Set(reflect.ValueOf([]IntStr{FromInt(int32(f.n)), FromString("")}[f.n%2]))
			return
		}
		for i := range v.NumField() {
			f.fill(v.Field(i))
		}
	}
}

// TestReadBack: every field of the facts arrives in C, and comes back from there.
func TestReadBack(t *testing.T) {
	workload, snapshot := new(Workload), new(Snapshot)
	f := new(filler)
	f.fill(reflect.ValueOf(workload).Elem())
	f.fill(reflect.ValueOf(snapshot).Elem())
	if f.n < 300 {
		t.Errorf("%d fields only", f.n)
	}
	w, s, err := readBack(workload, snapshot)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(w, workload) || !reflect.DeepEqual(s, snapshot) {
		t.Errorf("%+v\n%+v\n%+v\n%+v", workload, w, snapshot, s)
	}
	w, s, err = readBack(new(Workload), new(Snapshot))
	if err != nil || !reflect.DeepEqual(w, new(Workload)) || !reflect.DeepEqual(s, new(Snapshot)) {
		t.Errorf("%v: %+v %+v", err, w, s)
	}
}
