package heap

import (
	"math"
	"testing"

	"lockheld/model"
)

// TestHeapLive follows what counts as allocated since the last mark phase: spans
// that an mcache takes count in full until it gives them back.
func TestHeapLive(t *testing.T) {
	hp, m := NewDirect(Config{})
	h := hp.h
	page, live := h.g.PageSize, h.memstats.heapLive.Peek()
	check := func(what string, want uint64) {
		t.Helper()
		if got := h.memstats.heapLive.Peek() - live; got != want {
			t.Errorf("%s: %d more bytes live, want %d", what, got, want)
		}
	}
	large := hp.AllocLarge(m, 3)
	check("a large object", 3*page)
	small, _ := hp.AllocSmall(m, 1)
	check("a span of small objects", 4*page)
	h.cacheOf(m).releaseAll(m)
	check("the span with one object", 3*page+small.elemsize)
	for range 5 {
		small, _ = hp.AllocSmall(m, 1)
	}
	// The span has three free objects when it is taken again, and is full after
	// these. The next span counts in full.
	check("two spans of small objects", 5*page)
	hp.Drop(large, 0)
	// What was cached when the sweep phase began is not counted twice: the flush
	// at its beginning takes nothing off what was marked.
	hp.PrepareSweep(m)
	live = 0
	check("marked", 6*small.elemsize)
}

// TestPagesSwept: a sweep phase counts its pages from 0, and the pacing from what
// was swept when it was set.
func TestPagesSwept(t *testing.T) {
	hp, m := NewDirect(Config{})
	h := hp.h
	check := func(what string, swept, basis uint64) {
		t.Helper()
		if s, b := h.pagesSwept.Peek(), h.pagesSweptBasis.Peek(); s != swept || b != basis {
			t.Errorf("%s: %d pages swept, the pacing begins at %d, want %d and %d", what, s, b, swept, basis)
		}
	}
	keep := func(int) bool { return false }
	sweepPhase(hp, m, []uint64{3, 1}, keep)
	check("at first", 0, 0)
	hp.Sweepone(m)
	check("one page", 1, 0)
	hp.SetGCPercent(m, 50)
	check("paced again", 1, 1)
	hp.Sweepone(m)
	check("all pages", 4, 1)
	sweepPhase(hp, m, nil, keep)
	check("the next phase", 0, 0)
}

// TestPacingChangesDuringSweep: an M that sweeps before it allocates stops when
// another one has set the pacing so that it need not go on.
func TestPacingChangesDuringSweep(t *testing.T) {
	var h *mheap
	swept := map[uint64]bool{}
	e := &exploration{
		cfg: Config{Machine: model.Config{NoStops: true, Procs: 2}},
		prepare: func(hp *Heap, m *model.M) {
			h = hp.h
			sweepPhase(hp, m, []uint64{1, 1, 1}, func(int) bool { return false })
			h.sweepPace = sweepPacing{pagesPerByte: math.Float64bits(0.01), heapLiveBasis: h.memstats.heapLive.Peek()}
		},
		start: func(hp *Heap) {
			hp.K.NewM("allocator", func(m *model.M) {
				hp.h.deductSweepCredit(m, 300, 0)
				swept[hp.h.pagesSwept.Peek()] = true
			})
			hp.K.NewM("SetGCPercent", func(m *model.M) { hp.SetGCPercent(m, 400) })
		},
		preemptions: 2,
	}
	if _, v := e.run(t); v != nil {
		t.Fatal(v)
	}
	// The new ratio needs no page for 300 bytes. It counts from when it was set.
	for n := range uint64(4) {
		if !swept[n] {
			t.Errorf("no execution sweeps %d pages", n)
		}
	}
}

// TestNothingLeftToPace: when more pages were swept than are in use, as what was
// swept is free, the pacing asks for no more.
func TestNothingLeftToPace(t *testing.T) {
	hp, m := NewDirect(Config{})
	h := hp.h
	h.sweepdone.Poke(0)
	h.pagesInUse.Poke(3)
	h.pagesSwept.Poke(5)
	hp.SetGCPercent(m, 50)
	if got := math.Float64frombits(h.sweepPace.pagesPerByte); got != 0 {
		t.Errorf("%v pages a byte", got)
	}
}

// TestSpanList takes spans out of the middle and from the ends of a list.
func TestSpanList(t *testing.T) {
	_, m := NewDirect(Config{})
	var spans [3]mspan
	for _, order := range [][]int{{0, 1, 2}, {1, 0, 2}, {2, 1, 0}, {1, 2, 0}} {
		var l mSpanList
		in := map[*mspan]bool{}
		for i := range spans {
			l.insert(m, &spans[i])
			in[&spans[i]] = true
		}
		for _, i := range order {
			l.remove(m, &spans[i])
			delete(in, &spans[i])
			n, last := 0, (*mspan)(nil)
			for s := l.first; s != nil; s = s.next {
				if !in[s] || s.prev != last || s.list != &l {
					t.Errorf("%v: without %d a span is linked wrongly", order, i)
				}
				n, last = n+1, s
			}
			if n != len(in) || l.last != last {
				t.Errorf("%v: without %d the list has %d spans, want %d", order, i, n, len(in))
			}
		}
	}
}

// TestRanksOfWhatMayBeTaken calls what might take a lock, but does not here, under
// one that comes after it: the order of locks is wrong all the same.
func TestRanksOfWhatMayBeTaken(t *testing.T) {
	for _, tt := range []struct {
		name string
		call func(hp *Heap, m *model.M)
	}{
		{"initClass", func(hp *Heap, m *model.M) {
			s := hp.Alloc(m, 1, 0, false)
			m.AcquireLockRank(model.RankMheapSpecial)
			hp.h.initClass(m, s, hp.h.g.PageSize, 1)
		}},
		{"sweep", func(hp *Heap, m *model.M) {
			s := sweepPhase(hp, m, []uint64{1}, func(int) bool { return false })[0]
			hp.h.trySweepOwner(m, s, hp.h.sweepgen)
			m.AcquireLockRank(model.RankMheapSpecial)
			hp.h.sweep(m, s, true)
		}},
		{"stackpoolalloc", func(hp *Heap, m *model.M) {
			hp.StackAlloc(m, 0) // leaves stacks in the pool
			m.Lock(hp.h.stacks.pool[0].mu)
			m.Lock(hp.h.lock)
			hp.h.stackpoolalloc(m, 0)
		}},
	} {
		hp, m := NewDirect(Config{})
		if got := siteAndKind(violationOf(func() { tt.call(hp, m) })); got != "assertion rank" {
			t.Errorf("%s: got %v", tt.name, got)
		}
	}
}

// TestStackLargeOrder: whoever may take the lock of large stacks may take the heap
// lock, so that the check that stackalloc makes after it finds nothing more.
func TestStackLargeOrder(t *testing.T) {
	for r := model.RankSysmon; r <= model.RankHchanLeaf; r++ {
		if model.OrderError(r, model.RankStackLarge) == "" && model.OrderError(r, model.RankMheap) != "" {
			t.Errorf("under %v the lock of large stacks may be taken, but not the heap lock", r)
		}
	}
}
