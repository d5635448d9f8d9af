package heap

import (
	"fmt"
	"testing"

	"lockheld/model"
	"lockheld/sched"
)

// sweepPhase allocates large spans of the given sizes, drops those whose size
// is in dropped, and starts a sweep phase.
func sweepPhase(hp *Heap, m *model.M, sizes []uint64, dropped func(i int) bool) []*Span {
	var spans []*Span
	for i, n := range sizes {
		s := hp.AllocLarge(m, n)
		if dropped(i) {
			hp.Drop(s, 0)
		}
		spans = append(spans, s)
	}
	hp.PrepareSweep(m)
	return spans
}

func TestSweepone(t *testing.T) {
	hp, m := NewDirect(Config{})
	h := hp.h
	spans := sweepPhase(hp, m, []uint64{1, 2, 3}, func(i int) bool { return i != 1 })
	gen := h.pages.scav.gen
	// The last one pushed comes first; live spans free nothing.
	for i, want := range []uint64{3, 0, 1, NothingSwept, NothingSwept} {
		if got := hp.Sweepone(m); got != want {
			t.Errorf("call %d: %d, want %d", i, got, want)
		}
	}
	if got := h.reclaimCredit.Peek(); got != 4 {
		t.Errorf("credit %d, want 4", got)
	}
	if got := h.pages.scav.gen; got != gen+1 || h.scavenger.sysmonWake.Peek() != 1 {
		t.Errorf("generation %d after %d, sysmonWake %d", got, gen, h.scavenger.sysmonWake.Peek())
	}
	if spans[1].sweepgen.Peek() != uint64(h.sweepgen) || !spans[1].ghost.live {
		t.Error("the live span is not swept and live")
	}
	if spans[0].ghost.live || spans[0].state.Peek() != mSpanDead {
		t.Error("a dead span lives")
	}
	if got := hp.h.central[0].fullSwept(h.sweepgen).n.Peek(); got != 1 {
		t.Errorf("%d swept spans, want 1", got)
	}
}

// TestReclaim asks for pages of a heap of dead spans: it takes all that start in
// 16 pages at a time, and keeps what is too much as credit.
func TestReclaim(t *testing.T) {
	hp, m := NewDirect(Config{})
	h := hp.h
	sweepPhase(hp, m, []uint64{1, 2, 3, 8, 16, 1}, func(i int) bool { return i != 0 })
	state := func() string {
		return fmt.Sprintf("in use %d, credit %d, index %d", h.pagesInUse.Peek(), h.reclaimCredit.Peek(), int64(h.reclaimIndex.Peek()))
	}
	for i, tt := range []struct {
		n    uint64
		want string
	}{
		{0, "in use 31, credit 0, index 0"},
		// Of the first 16 pages, 14 are dead: all but the first one and page 7.
		{2, "in use 17, credit 12, index 16"},
		{3, "in use 17, credit 9, index 16"},
		// 9 from the credit, and 16 pages of which 12 are too many.
		{13, "in use 1, credit 12, index 32"},
		// No arena is left.
		{14, "in use 1, credit 0, index -9223372036854775808"},
		{1, "in use 1, credit 0, index -9223372036854775808"},
	} {
		hp.Reclaim(m, tt.n)
		if got := state(); got != tt.want {
			t.Errorf("reclaim %d of %d pages: %s, want %s", i, tt.n, got, tt.want)
		}
	}
}

// TestReclaimUsesTheMarksOfThisCycle: a span that was marked in the last cycle
// and is dead in this one is found.
func TestReclaimUsesTheMarksOfThisCycle(t *testing.T) {
	hp, m := NewDirect(Config{})
	s := sweepPhase(hp, m, []uint64{2}, func(int) bool { return false })[0]
	hp.Reclaim(m, 1)
	if !s.ghost.live {
		t.Error("a live span was reclaimed")
	}
	hp.Drop(s, 0)
	hp.PrepareSweep(m)
	hp.Reclaim(m, 1)
	if s.ghost.live {
		t.Error("the dead span was not reclaimed")
	}
}

// TestReclaimedSpanInUnsweptSet: a sweeper that comes across a span that the
// reclaimer has freed passes over it.
func TestReclaimedSpanInUnsweptSet(t *testing.T) {
	hp, m := NewDirect(Config{})
	sweepPhase(hp, m, []uint64{1, 1}, func(i int) bool { return true })
	hp.Reclaim(m, 2)
	if got := hp.Sweepone(m); got != NothingSwept {
		t.Errorf("got %d", got)
	}
	// The object of one of them is a span again: its generation is current.
	s := hp.AllocLarge(m, 1)
	if s.sweepgen.Peek() != uint64(hp.h.sweepgen) {
		t.Errorf("sweepgen %d", s.sweepgen.Peek())
	}
}

// TestSmallObjects follows a span of four objects through an mcache and two
// cycles.
func TestSmallObjects(t *testing.T) {
	hp, m := NewDirect(Config{})
	h := hp.h
	s, i := hp.AllocSmall(m, 1)
	t1, j := hp.AllocSmall(m, 1)
	if s != t1 || i != 0 || j != 1 || s.sweepgen.Peek() != uint64(h.sweepgen+3) {
		t.Fatalf("objects %d, %d of spans %d, %d, sweepgen %d", i, j, s.id, t1.id, s.sweepgen.Peek())
	}
	hp.Drop(s, 0)
	hp.PrepareSweep(m) // flushes the mcache: the span is stale, and swept
	if s.allocCount != 1 || s.allocBits != 2 || s.sweepgen.Peek() != uint64(h.sweepgen) || !s.needzero {
		t.Errorf("after the first cycle: %+v", s)
	}
	for want := uint(0); want < 4; want++ {
		if want == 1 {
			continue // still allocated
		}
		if got, i := hp.AllocSmall(m, 1); got != s || i != want {
			t.Errorf("object %d of span %d, want %d of %d", i, got.id, want, s.id)
		}
	}
	if got, i := hp.AllocSmall(m, 1); got == s || i != 0 {
		t.Errorf("object %d of span %d, want another span", i, got.id)
	}
	for i := range uint(4) {
		hp.Drop(s, i)
	}
	hp.PrepareSweep(m)
	if got := hp.Sweepone(m); got != 1 || s.state.Peek() != mSpanDead {
		t.Errorf("sweeping the empty span: %d, state %d", got, s.state.Peek())
	}
}

// TestSweepersSeeTheEndTwice: between the test of sweepdone and the count of
// sweepers others may finish, so more than one sweeper can be the last one, and
// start a scavenge generation (bug-D2).
func TestSweepersSeeTheEndTwice(t *testing.T) {
	gens := map[uint32]int{}
	var h *mheap
	e := exploration{
		cfg: Config{Machine: model.Config{Procs: 2, NoStops: true}, SmallClasses: -1},
		prepare: func(hp *Heap, m *model.M) {
			sweepPhase(hp, m, []uint64{1}, func(int) bool { return true })
			hp.Sweepone(m)
		},
		start: func(hp *Heap) {
			h = hp.h
			for i := range 2 {
				hp.K.NewM(fmt.Sprint("m", i), func(m *model.M) { hp.Sweepone(m) })
			}
		},
		after: func(*sched.Result) { gens[h.pages.scav.gen]++ },
	}
	if _, v := e.run(t); v != nil {
		t.Fatal(v)
	}
	if len(gens) != 2 || gens[1] == 0 || gens[2] == 0 {
		t.Errorf("generations %v, want some executions with 1 and some with 2", gens)
	}
}

// TestReclaimersShareAnArena lets two reclaimers and a sweeper compete for two
// dead spans.
func TestReclaimersShareAnArena(t *testing.T) {
	var h *mheap
	freed := map[string]int{}
	e := exploration{
		cfg: Config{Machine: model.Config{Procs: 2, NoStops: true}, SmallClasses: -1},
		prepare: func(hp *Heap, m *model.M) {
			sweepPhase(hp, m, []uint64{1, 2}, func(int) bool { return true })
		},
		start: func(hp *Heap) {
			h = hp.h
			hp.K.NewM("reclaimer", func(m *model.M) { hp.Reclaim(m, 1) })
			hp.K.NewM("sweeper", func(m *model.M) { hp.Sweepone(m) })
		},
		after: func(r *sched.Result) {
			freed[fmt.Sprintf("in use %d, credit %d", h.pagesInUse.Peek(), h.reclaimCredit.Peek())]++
		},
		preemptions: 3,
	}
	if _, v := e.run(t); v != nil {
		t.Fatal(v)
	}
	for _, want := range []string{
		// The reclaimer first: it frees both and keeps two pages as credit.
		"in use 0, credit 2",
		// The sweeper first, with the span of two pages: one is taken.
		"in use 1, credit 1",
	} {
		if freed[want] == 0 {
			t.Errorf("never: %s; got %v", want, freed)
		}
	}
}

// TestSweepBadState: the sweeper must own the span.
func TestSweepBadState(t *testing.T) {
	hp, m := NewDirect(Config{})
	s := hp.AllocLarge(m, 1)
	v := violationOf(func() { hp.h.sweep(m, s, false) })
	if siteAndKind(v) != "panic throw" {
		t.Errorf("sweeping a swept span: %v", v)
	}
	s.allocCount = 0
	hp.FreeSpan(m, s)
	v = violationOf(func() { hp.FreeSpan(m, s) })
	if siteAndKind(v) != "panic throw" || v.Message != "mheap.freeSpanLocked - invalid span state: span 0x80000 state 0" {
		t.Errorf("freeing twice: %v", v)
	}
}
