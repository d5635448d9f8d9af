package heap

import (
	"fmt"
	"reflect"
	"testing"

	"lockheld/model"
	"lockheld/sched"
)

// TestStepsOfOperations pins the cost of the operations that scenarios are
// made of. The first page of the heap is in use and a page cache and a cache of
// span objects are filled.
func TestStepsOfOperations(t *testing.T) {
	var s *Span
	noStops := model.Config{NoStops: true}
	tests := []struct {
		name string
		cfg  Config
		call func(hp *Heap, m *model.M)
		want int
	}{
		// sweepdone, zeroedBase load and CAS, sweepgen, state, heap_released,
		// heap_inuse, pageInUse, pagesInUse
		{"heap span from the cache", Config{}, func(hp *Heap, m *model.M) { hp.Alloc(m, 1, 0, false) }, 9},
		// the same, and lock and unlock
		{"heap span from the heap", Config{}, func(hp *Heap, m *model.M) { hp.Alloc(m, 5, 0, false) }, 11},
		// the same as from the cache, and statsSeq twice and gen
		{"heap span with a reader of statistics", Config{StatsReader: true}, func(hp *Heap, m *model.M) { hp.Alloc(m, 1, 0, false) }, 12},
		// zeroedBase load and CAS, state, heap_released, heap_sys
		{"manual span from the cache", Config{}, func(hp *Heap, m *model.M) { hp.AllocManual(m, 1, SpanAllocStack) }, 5},
		// lock, pagesInUse, pageInUse, heap_inuse, state, unlock
		{"free a heap span", Config{}, func(hp *Heap, m *model.M) { hp.FreeSpan(m, s) }, 6},
		{"nothing to sweep", Config{}, func(hp *Heap, m *model.M) { hp.Sweepone(m) }, 1},
		{"nothing to reclaim", Config{}, func(hp *Heap, m *model.M) { hp.Reclaim(m, 1) }, 1},
	}
	for _, tt := range tests {
		steps := 0
		tt.cfg.Machine = noStops
		e := exploration{
			cfg: tt.cfg,
			prepare: func(hp *Heap, m *model.M) {
				s = hp.Alloc(m, 1, 0, false)
				hp.FreeSpan(m, hp.Alloc(m, 1, 0, false)) // an object for the cache
			},
			start: func(hp *Heap) { hp.K.NewM("m", func(m *model.M) { tt.call(hp, m) }) },
			after: func(r *sched.Result) { steps = len(r.Log) },
		}
		if _, v := e.run(t); v != nil || steps != tt.want {
			t.Errorf("%s: %d steps, want %d; %v", tt.name, steps, tt.want, v)
		}
	}
}

// TestAllocSpanChoosesItsWay follows allocations in the order of the runtime's
// rules: below the limit of 4 pages from the page cache, which is refilled when
// it is empty only, else from the heap.
func TestAllocSpanChoosesItsWay(t *testing.T) {
	hp, m := NewDirect(Config{})
	h := hp.h
	cache := &h.local(m.P()).pcache
	tests := []struct {
		npages      uint64
		page        uint64
		cache, scav uint64
		locks       int
	}{
		// The heap is empty: the refill finds nothing, so it grows, and the
		// span comes from the bitmap.
		{1, 0, 0, 0, 2},
		// The rest of the first block of 8 pages goes to the cache. A refill
		// of span objects is half of two, so there is none left, and the lock
		// is taken again.
		{1, 1, 0xfc, 0xfc, 2},
		{3, 2, 0xe0, 0xe0, 1},
		// 3 pages are left in the cache, none of it fits 4.
		{4, 8, 0xe0, 0xe0, 1},
		{3, 5, 0, 0, 1},
		// The cache is empty: refill it with the block of page 12.
		{2, 12, 0xc0, 0xc0, 2},
		// Two pages are left, no run of three: the heap, and the cache stays.
		{3, 16, 0xc0, 0xc0, 1},
	}
	locks := 0
	h.lock.Sched().SetHook(func(_ *sched.Task, _ *sched.Mutex, e sched.LockEvent) {
		if e == sched.LockTaken {
			locks++
		}
	})
	for i, tt := range tests {
		locks = 0
		s := hp.AllocManual(m, tt.npages, SpanAllocWorkBuf)
		got := fmt.Sprintf("page %d npages %d cache %#x scav %#x locks %d", h.pageNumber(s.base()), s.npages, cache.cache, cache.scav, locks)
		want := fmt.Sprintf("page %d npages %d cache %#x scav %#x locks %d", tt.page, tt.npages, tt.cache, tt.scav, tt.locks)
		if got != want {
			t.Errorf("allocation %d of %d pages: %s, want %s", i, tt.npages, got, want)
		}
	}
}

// TestAllocWithoutP: without a P there is neither page cache nor cache of span
// objects, and the statistics need their lock.
func TestAllocWithoutP(t *testing.T) {
	hp, m := NewDirect(Config{})
	h := hp.h
	hp.AllocManual(m, 1, SpanAllocWorkBuf)
	other := hp.K.DirectM("without P") // the one P is taken
	noPLock := 0
	h.memstats.heapStats.noPLock.Sched().SetHook(func(_ *sched.Task, _ *sched.Mutex, e sched.LockEvent) {
		if e == sched.LockTaken {
			noPLock++
		}
	})
	before := h.spanalloc.live
	s := hp.AllocManual(other, 1, SpanAllocWorkBuf)
	if h.pageNumber(s.base()) != 1 || noPLock != 1 || h.spanalloc.live.inuse != before.inuse+1 {
		t.Errorf("page %d, noPLock %d, objects %+v after %+v", h.pageNumber(s.base()), noPLock, h.spanalloc.live, before)
	}
	hp.FreeManual(other, s, SpanAllocWorkBuf)
	if h.spanalloc.live.inuse != before.inuse || noPLock != 2 {
		t.Errorf("after the free: objects %+v, noPLock %d", h.spanalloc.live, noPLock)
	}
}

// TestSpanObjects follows objects through the cache of a P, of two entries,
// and spanalloc, with chunks of two.
func TestSpanObjects(t *testing.T) {
	hp, m := NewDirect(Config{})
	h := hp.h
	l := h.local(m.P())
	state := func() string {
		return fmt.Sprintf("cached %d, in use %d, carved %d, recorded %d", l.mspancache.len, h.spanalloc.live.inuse, h.spanalloc.live.carved, len(h.allspans))
	}
	var s [4]*Span
	for i := range s {
		s[i] = hp.AllocManual(m, 1, SpanAllocWorkBuf)
	}
	steps := []struct {
		what func()
		want string
	}{
		{func() {}, "cached 0, in use 4, carved 4, recorded 4"},
		{func() { hp.FreeManual(m, s[0], SpanAllocWorkBuf) }, "cached 1, in use 4, carved 4, recorded 4"},
		{func() { hp.FreeManual(m, s[1], SpanAllocWorkBuf) }, "cached 2, in use 4, carved 4, recorded 4"},
		// The cache is full.
		{func() { hp.FreeManual(m, s[2], SpanAllocWorkBuf) }, "cached 2, in use 3, carved 4, recorded 4"},
		{func() { s[0] = hp.AllocManual(m, 1, SpanAllocWorkBuf) }, "cached 1, in use 3, carved 4, recorded 4"},
		{func() { s[1] = hp.AllocManual(m, 1, SpanAllocWorkBuf) }, "cached 0, in use 3, carved 4, recorded 4"},
		// The recycled object is not recorded again.
		{func() { s[2] = hp.AllocManual(m, 1, SpanAllocWorkBuf) }, "cached 0, in use 4, carved 4, recorded 4"},
		{func() { hp.AllocManual(m, 1, SpanAllocWorkBuf) }, "cached 0, in use 5, carved 5, recorded 5"},
	}
	for i, st := range steps {
		st.what()
		if got := state(); got != st.want {
			t.Errorf("step %d: %s, want %s", i, got, st.want)
		}
	}
	if s[0].id != 1 || s[1].id != 0 || s[2].id != 2 {
		t.Errorf("objects %d, %d, %d, want 1, 0 from the cache, the last one first, and 2", s[0].id, s[1].id, s[2].id)
	}
}

// TestSpanObjectRefill: an empty cache is filled to half its size.
func TestSpanObjectRefill(t *testing.T) {
	hp, m := NewDirect(Config{Geometry: smallVariation("six", func(g *Geometry) { g.MSpanCache = 6 })})
	for i, want := range []int{2, 1, 0, 2} {
		hp.AllocManual(m, 1, SpanAllocWorkBuf)
		if got := hp.h.local(m.P()).mspancache.len; got != want {
			t.Errorf("after allocation %d: %d cached, want %d", i, got, want)
		}
	}
}

// TestAlignedStacks shows the flaw of Go 1.16 where the page of the operating
// system is larger than the heap's: the pages around an aligned stack lose
// their scavenged bits although the operating system does not back them.
func TestAlignedStacks(t *testing.T) {
	for _, tt := range []struct {
		aligned              bool
		page, npages, unback uint64
	}{
		// Page 1 of pages 1 to 4 is cut off, and page 4.
		{true, 2, 2, 2},
		{false, 1, 2, 0},
	} {
		hp, m := NewDirect(Config{Geometry: GeometryByName("small-phys2"), AlignedStacks: tt.aligned})
		h := hp.h
		hp.AllocManual(m, 1, SpanAllocWorkBuf)
		s := hp.AllocManual(m, 2, SpanAllocStack)
		if h.pageNumber(s.base()) != tt.page || s.npages != tt.npages {
			t.Errorf("aligned %v: span of %d pages at page %d", tt.aligned, s.npages, h.pageNumber(s.base()))
		}
		if got := unbackedButUnscavenged(h, m); got != tt.unback {
			t.Errorf("aligned %v: %d free pages count as backed and are not, want %d", tt.aligned, got, tt.unback)
		}
	}
}

// unbackedButUnscavenged counts free pages that are marked as backed by the
// operating system and are not.
func unbackedButUnscavenged(h *mheap, m *model.M) (n uint64) {
	p := &h.pages
	for ci := p.start; ci < p.end; ci++ {
		chunk := p.view(ci)
		for i := uint(0); i < p.chunkPages; i++ {
			page := h.pageNumber(p.pageAddr(ci, i))
			if chunk.get(i) == 0 && chunk.scavenged.get(i) == 0 && h.ghost.backed[page/64]>>(page%64)&1 == 0 {
				n++
			}
		}
	}
	return n
}

func TestNeedzero(t *testing.T) {
	hp, m := NewDirect(Config{})
	fresh := hp.AllocManual(m, 5, SpanAllocWorkBuf)
	hp.FreeManual(m, fresh, SpanAllocWorkBuf)
	again := hp.AllocManual(m, 6, SpanAllocWorkBuf) // five used pages and a fresh one
	if !again.needzero || again.ghost.zeroed || !again.ghost.usedBefore {
		t.Errorf("used pages: needzero %v, %+v", again.needzero, again.ghost)
	}
	next := hp.AllocManual(m, 5, SpanAllocWorkBuf)
	if next.needzero || !next.ghost.zeroed || next.ghost.usedBefore {
		t.Errorf("fresh pages: needzero %v, %+v", next.needzero, next.ghost)
	}
	s := hp.Alloc(m, 1, 0, true)
	if s.needzero {
		t.Error("mheap.alloc has cleared the memory, needzero stays")
	}
}

// TestAllocNeedsZeroOutOfOrder: two owners of adjacent pages, in all orders. The
// lower one may come second and find the mark above its pages; both are fresh
// then, and the lower one clears its pages for nothing.
func TestAllocNeedsZeroOutOfOrder(t *testing.T) {
	var need [2]bool
	outcomes := map[[2]bool]int{}
	e := exploration{
		cfg:     Config{Machine: model.Config{Procs: 2, NoStops: true}},
		prepare: func(hp *Heap, m *model.M) { hp.AllocManual(m, 1, SpanAllocWorkBuf) },
		start: func(hp *Heap) {
			h := hp.h
			for i := range need {
				base := h.g.BaseAddr() + uint64(4*i+1)*h.g.PageSize
				hp.K.NewM(fmt.Sprint("m", i), func(m *model.M) {
					h.beginFlight(m, base, 4, 0)
					need[i] = h.allocNeedsZero(m, base, 4)
				})
			}
		},
		after: func(*sched.Result) { outcomes[need]++ },
	}
	if _, v := e.run(t); v != nil {
		t.Fatal(v)
	}
	// One after the other: two orders, and in one of them the lower one finds
	// the mark above its pages. Both loads first: four orders of the loads and
	// of the CAS that wins. The loser loads again; the upper one then finds
	// the mark at its first page and raises it, the lower one finds it above
	// its last page and leaves it.
	want := map[[2]bool]int{{false, false}: 5, {true, false}: 1}
	if !reflect.DeepEqual(outcomes, want) {
		t.Errorf("got %v, want %v", outcomes, want)
	}
}

// TestAllocNeedsZeroOverlap: two owners of the same pages are noticed.
func TestAllocNeedsZeroOverlap(t *testing.T) {
	e := exploration{
		cfg:     Config{Machine: model.Config{Procs: 2, NoStops: true}},
		prepare: func(hp *Heap, m *model.M) { hp.AllocManual(m, 1, SpanAllocWorkBuf) },
		start: func(hp *Heap) {
			h := hp.h
			base := h.g.BaseAddr() + h.g.PageSize
			for i := range 2 {
				hp.K.NewM(fmt.Sprint("m", i), func(m *model.M) {
					h.beginFlight(m, base, 4, 0)
					h.allocNeedsZero(m, base, 4)
				})
			}
		},
	}
	_, v := e.run(t)
	if v == nil || v.Kind != sched.KindPanic || v.Message != "potentially overlapping in-use allocations detected" {
		t.Errorf("got %v", v)
	}
}
