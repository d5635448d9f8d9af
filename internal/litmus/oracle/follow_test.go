package oracle

import (
	"slices"
	"testing"

	"lockheld/internal/litmus"
)

func TestFollow(t *testing.T) {
	p, err := litmus.Parse("f", "litmus 1\nname n\nmutex m\nvar x = 0\ntask A: lock m; write x 1; unlock m\ntask B: lock m; inc x 1\ntask C: inc x 1\n")
	if err != nil {
		t.Fatal(err)
	}
	run := func(schedule ...int) *Run {
		t.Helper()
		r, err := Follow(p, schedule)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	a := run(0, 0, 2, 0, 1, 1)
	if a.Outcome != "x=3" || a.Preemptions != 1 {
		t.Errorf("got %+v", a)
	}
	want := []Step{
		{Enabled: 7, Object: 0},
		{Enabled: 5, Object: 1},
		{Enabled: 5, Object: 1, Before: 1},
		{Enabled: 1, Object: 0},
		{Enabled: 2, Object: 0},
		{Enabled: 2, Object: 1, Before: 2},
	}
	if !slices.Equal(a.Steps, want) {
		t.Errorf("got  %+v\nwant %+v", a.Steps, want)
	}
	if b := run(0, 0, 0, 1, 1, 2); b.Trace != a.Trace || b.Preemptions != 0 {
		t.Error("the incs commute, but the traces differ")
	}
	if b := run(2, 0, 0, 0, 1, 1); b.Trace == a.Trace || b.Outcome != "x=2" {
		t.Error("inc and write do not commute, but the traces are the same")
	}
	for _, c := range []struct {
		schedule []int
		want     string
	}{
		{[]int{0, 1}, "oracle: step 1: task 1 is not enabled"},
		{[]int{3}, "oracle: step 0: task 3 is not enabled"},
		{[]int{1, 1, 2, 2}, "oracle: step 3: task 2 is not enabled"},
		{[]int{0, 0, 0}, "oracle: not complete after 3 steps: enabled are 110"},
	} {
		if _, err := Follow(p, c.schedule); err == nil || err.Error() != c.want {
			t.Errorf("%v: error %v, want %s", c.schedule, err, c.want)
		}
	}
	p2, err := litmus.Parse("f", "litmus 1\nname n\nmutex m\nvar x = 4\ntask A: cas x 0 1; cas x 4 5; trylock m; trylock m\n")
	if err != nil {
		t.Fatal(err)
	}
	tries, err := Follow(p2, []int{0, 0, 0, 0})
	if err != nil {
		t.Fatal(err)
	}
	for i, failed := range []bool{true, false, false, true} {
		if tries.Steps[i].Failed != failed {
			t.Errorf("step %d: failed %v", i, !failed)
		}
	}
	// B never unlocks: A waits for ever, and the execution is complete.
	if b := run(1, 1, 2); b.Outcome != "deadlock A" {
		t.Errorf("outcome %s", b.Outcome)
	}
}
