// SPDX-License-Identifier: Apache-2.0

package abi

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// golden are the rows of a table in tests/abi, but for json.h's, which librollout does not have.
func golden(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "tests", "abi", name))
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSuffix(line, "\n"); line != "" && line[0] != '#' {
			rows = append(rows, line)
		}
	}
	return rows
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) < 100 {
		t.Errorf("%d rows only", len(got))
	}
	all := map[string]int{}
	for _, row := range got {
		all[row]++
	}
	for _, row := range want {
		if all[row]--; all[row] < 0 {
			t.Errorf("golden, and not so in cgo: %s", row)
		}
	}
	for row, n := range all {
		if n > 0 {
			t.Errorf("in cgo, and not golden: %s", row)
		}
	}
}

// TestLayout: cgo lays every struct out as the golden table says.
func TestLayout(t *testing.T) {
	var rows []string
	for _, s := range Structs() {
		rows = append(rows, fmt.Sprintf("struct\t%s\t%d\t%d", s.Name, s.Size, s.Align))
		for _, m := range s.Members {
			rows = append(rows, fmt.Sprintf("member\t%s\t%s\t%d\t%d\t%s", s.Name, m.Name, m.Offset, m.Size, m.Type))
		}
	}
	same(t, rows, golden(t, "layout.txt"))
}

// TestConstants: so are the values of all enumerators.
func TestConstants(t *testing.T) {
	var rows []string
	for name, value := range Constants() {
		rows = append(rows, fmt.Sprintf("%s\t%d", name, value))
	}
	same(t, rows, golden(t, "enums.txt"))
}
