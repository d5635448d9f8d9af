package modeldoc

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/MODEL.md and docs/BUGS.md")

func TestModelDocIsCurrent(t *testing.T) {
	got, err := Markdown("../..")
	if err != nil {
		t.Fatal(err)
	}
	table, err := Executions()
	if err != nil {
		t.Fatal(err)
	}
	current(t, "../../docs/MODEL.md", strings.TrimRight(got, "\n")+"\n\n"+table)
}

func TestBugsDocIsCurrent(t *testing.T) { current(t, "../../docs/BUGS.md", Bugs()) }

// current fails if file has not the text that it should have, or writes it.
func current(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not current: run go test ./internal/modeldoc -update\n%s", file, firstDifference(got, string(want)))
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return "- " + y[i] + "\n+ " + x[i]
		}
	}
	return "one is longer"
}

func TestReadCollectsLabels(t *testing.T) {
	src := `// Package p is here.
package p

// This file is about locks.
//
// Model: no waiting.

import "fmt"

// F does it.
//
// Runtime: (*x).f, Go 1.16.
// Heap lock held.
// Model: nothing else
// matters.
func (h *heap) F() {
	// Model: one step
	fmt.Println()
	// plain remark
}

// G has no label.
func G() {}
`
	got, err := readFile("p.go", "p", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 {
		t.Fatalf("%d entries, want 2: %+v", len(got), got)
	}
	if f := got[0]; f.Name != "p.go" || len(f.Lost) != 1 || f.Lost[0] != "no waiting." {
		t.Errorf("file comment: %+v", f)
	}
	f := got[1]
	if f.Name != "(*heap).F" || f.Runtime != "(*x).f, Go 1.16. Heap lock held." {
		t.Errorf("function: %+v", f)
	}
	if len(f.Lost) != 2 || f.Lost[0] != "nothing else matters." || f.Lost[1] != "one step" {
		t.Errorf("lost: %q", f.Lost)
	}
}
