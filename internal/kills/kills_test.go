package kills

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"lockheld/heap"
	"lockheld/sched"
)

var update = flag.Bool("update", false, "write docs/KILLS.md")

const file = "../../docs/KILLS.md"

// each measures every entry of list, several at a time, and keeps the order.
func each[T any](t *testing.T, list []*heap.Variant, measure func(*heap.Variant) (T, error)) []T {
	out := make([]T, len(list))
	errs := make([]error, len(list))
	slots := make(chan bool, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i := range list {
		all.Go(func() {
			slots <- true
			defer func() { <-slots }()
			out[i], errs[i] = measure(list[i])
		})
	}
	all.Wait()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// docs/KILLS.md is what is measured, and what must be caught is.
func TestKillsIsCurrent(t *testing.T) {
	list := heap.Variants()
	if testing.Short() && !*update {
		short(t, list)
		return
	}
	table := &Table{
		Rows:      each(t, Expected(list), Measure),
		Survivors: each(t, Survivors(list, false), Survive),
		Fixed:     each(t, Survivors(list, true), Survive),
	}
	for _, what := range table.Wrong() {
		t.Error(what)
	}
	got := table.Markdown()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := differences(string(want), got); len(diff) > 0 {
		t.Errorf("docs/KILLS.md is not current: run go test ./internal/kills -update\n%s", strings.Join(diff, "\n"))
	}
}

// short checks every eighth row.
func short(t *testing.T, list []*heap.Variant) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var some []*heap.Variant
	for i, v := range Expected(list) {
		if i%8 == 0 {
			some = append(some, v)
		}
	}
	rows := each(t, some, Measure)
	for i := range rows {
		if line := rows[i].Markdown(); !strings.Contains(string(text), line+"\n") {
			t.Errorf("docs/KILLS.md is not current: run go test ./internal/kills -update\n+ %s", line)
		}
	}
}

// differences returns the lines that only one of two texts has.
func differences(old, new string) []string {
	var diff []string
	a, b := strings.Split(old, "\n"), strings.Split(new, "\n")
	for _, l := range a {
		if !slices.Contains(b, l) {
			diff = append(diff, "- "+l)
		}
	}
	for _, l := range b {
		if !slices.Contains(a, l) {
			diff = append(diff, "+ "+l)
		}
	}
	if len(diff) == 0 && old != new {
		diff = append(diff, "the lines stand in another order")
	}
	return diff
}

// Every variant is in one of the three lists, but for the release.
func TestEveryVariantIsMeasured(t *testing.T) {
	list := heap.Variants()
	n := len(Expected(list)) + len(Survivors(list, false)) + len(Survivors(list, true))
	if n != len(list)-1 {
		t.Errorf("%d variants are measured of %d, all but the release expected", n, len(list))
	}
}

// The check can fail: Go 1.16 where a mutant should be caught, a mutant where
// nothing should be, and a mistake in a number.
func TestWrongTable(t *testing.T) {
	survivor, err := heap.LookupVariant("m19")
	if err != nil {
		t.Fatal(err)
	}
	lost := *survivor
	lost.Name, lost.Catch, lost.Scenario = "m19", "P-SUMMARY", "alloc-free"
	mutant, err := heap.LookupVariant("m17")
	if err != nil {
		t.Fatal(err)
	}
	hidden := *mutant
	hidden.Catch = ""
	table := &Table{
		Rows:      each(t, []*heap.Variant{&lost}, Measure),
		Survivors: each(t, []*heap.Variant{&hidden}, Survive),
	}
	want := []string{"m19 survives alloc-free, where P-SUMMARY should catch it",
		"m17 should survive, found property P-SUMMARY: "}
	got := table.Wrong()
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("got %q, want %q", got[i], want[i])
		}
	}
	if row := &table.Rows[0]; row.Strategy != "" || row.Bound != -1 || row.Steps != 0 ||
		!strings.Contains(row.Markdown(), "| nothing | alloc-free |  | never | >2000 | >2000 | >2000 | >2 | 0 | 0 |") {
		t.Errorf("row %+v: %s", row, row.Markdown())
	}
	if d := fmt.Sprint(differences("a\nb\n", "a\nc\n"), differences("a\nb", "a\nb"), differences("a\nb", "b\na")); d !=
		"[- b + c] [] [the lines stand in another order]" {
		t.Error(d)
	}
}

func TestMedian(t *testing.T) {
	up := func(n int) (at []int64) {
		for i := range n {
			at = append(at, int64(n-i))
		}
		return at
	}
	for _, tt := range []struct {
		n    int
		want int64
	}{{Seeds, 10}, {11, 10}, {10, 10}, {9, 0}, {0, 0}} {
		if got := medianOf(up(tt.n)); got != tt.want {
			t.Errorf("%d of %d seeds: got %d, want %d", tt.n, Seeds, got, tt.want)
		}
	}
}

func TestPreemptions(t *testing.T) {
	step := func(task int16, enabled uint64) sched.Step {
		return sched.Step{Choice: sched.Choice{Task: task}, Enabled: enabled}
	}
	steps := []sched.Step{step(0, 3), step(1, 3), step(1, 3), step(0, 1), step(0, 3), step(1, 2), step(0, 3)}
	if got := preemptions(steps); got != 2 {
		t.Errorf("got %d preemptions, want 2: away from 0 at step 1, from 1 at step 6", got)
	}
	if got := preemptions(nil); got != 0 {
		t.Errorf("got %d preemptions of no step", got)
	}
}
