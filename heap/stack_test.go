package heap

import (
	"fmt"
	"testing"

	"lockheld/model"
	"lockheld/sched"
)

// TestGrowStack grows a stack from the first one, which is not of the heap: to
// half a page of a shared span, then to spans of one, two and four pages.
func TestGrowStack(t *testing.T) {
	hp, m := NewDirect(Config{})
	h := hp.h
	for i, want := range []string{
		"half a page of a span of 1",
		"a span of 1", "a span of 2", "a span of 4",
	} {
		hp.StackGrow(m)
		x := h.stacks.grown[m.ID()]
		got := fmt.Sprintf("a span of %d", x.s.npages)
		if x.order < numStackOrders {
			got = "half a page of " + got
		}
		if got != want || x.s.state.Peek() != mSpanManual {
			t.Errorf("growth %d: %s, want %s", i, got, want)
		}
	}
	// The span of the small stack is in the pool, with one stack in the
	// mcache. Each larger one was freed when the next came.
	c := h.local(m.P()).mcache
	if f := &c.stackcache[1]; f.n != 1 || h.stacks.pool[1].live.isEmpty() {
		t.Errorf("%d stacks cached", f.n)
	}
	if got := h.memstats.heapStats.total().inStacks; got != int64(5*h.g.PageSize) {
		t.Errorf("%d bytes of stacks", got)
	}
	c.stackcacheClear(m)
	if !h.stacks.pool[1].live.isEmpty() {
		t.Error("the pool keeps an empty span")
	}
	if got := h.memstats.heapStats.total().inStacks; got != int64(4*h.g.PageSize) {
		t.Errorf("%d bytes of stacks", got)
	}
}

// TestStackCacheOverflow: an mcache keeps at most the stacks of one span, and
// gives back all but those of half a span then.
func TestStackCacheOverflow(t *testing.T) {
	hp, m := NewDirect(Config{})
	h := hp.h
	var x [6]stack
	for i := range x {
		x[i] = h.stackalloc(m, 0, 0)
	}
	f := &h.local(m.P()).mcache.stackcache[0]
	// Refilled by two of four stacks of a span, three times.
	if f.n != 0 {
		t.Errorf("%d left", f.n)
	}
	for i, want := range []int{1, 2, 3, 4, 3, 4} {
		h.stackfree(m, x[i])
		if f.n != want {
			t.Errorf("after %d: %d cached, want %d", i+1, f.n, want)
		}
	}
}

// TestStacksWhileMarking: no stack span goes back to the heap before the end of
// the cycle.
func TestStacksWhileMarking(t *testing.T) {
	hp, m := NewDirect(Config{})
	h := hp.h
	small, large := h.stackalloc(m, 1, 0), h.stackalloc(m, numStackOrders, 2)
	h.setGCPhase(m, gcMark)
	h.stackfree(m, small)
	h.stackfree(m, large)
	h.local(m.P()).mcache.stackcacheClear(m)
	if small.s.state.Peek() != mSpanManual || large.s.state.Peek() != mSpanManual {
		t.Error("a span was freed while the collector marks")
	}
	if again := h.stackalloc(m, numStackOrders, 2); again.s != large.s {
		t.Error("the large stack is not used again")
	}
	h.stackfree(m, large)
	h.setGCPhase(m, gcOff)
	h.freeStackSpans(m)
	if small.s.state.Peek() != mSpanDead || large.s.state.Peek() != mSpanDead {
		t.Error("a span was not freed after the cycle")
	}
}

// TestStackWithoutP takes and gives stacks from and to the pool.
func TestStackWithoutP(t *testing.T) {
	hp, _ := NewDirect(Config{})
	h := hp.h
	other := hp.K.DirectM("without P")
	x := h.stackalloc(other, 0, 0)
	if h.stacks.pool[0].live.first != x.s || x.s.allocCount != 1 {
		t.Errorf("span %+v", x.s)
	}
	h.stackfree(other, x)
	if x.s.state.Peek() != mSpanDead {
		t.Error("the empty span is not freed")
	}
}

// TestPrologueGrowsStack: an M whose stack grows in a prologue allocates it on
// the system stack.
func TestPrologueGrowsStack(t *testing.T) {
	sizes := map[string]int{}
	var h *mheap
	e := &exploration{
		cfg: Config{Machine: model.Config{NoStops: true, Open: model.StackGrowth, Growths: 2}},
		start: func(hp *Heap) {
			h = hp.h
			hp.K.NewM("m", func(m *model.M) {
				for range 3 {
					m.Prologue("f")
				}
			})
		},
		after: func(*sched.Result) {
			switch x := h.stacks.grown[0]; {
			case x.s == nil:
				sizes["first"]++
			case x.order < numStackOrders:
				sizes["small"]++
			default:
				sizes["large"]++
			}
		},
	}
	if _, v := e.run(t); v != nil {
		t.Fatal(v)
	}
	// Three prologues, of which none, one or two grow the stack.
	if sizes["first"] != 1 || sizes["small"] != 3 || sizes["large"] != 3 {
		t.Errorf("%v", sizes)
	}
}
