package properties

import (
	"lockheld/heap"
	"lockheld/model"
	"lockheld/sched"
)

// state is what the properties of one execution look at.
type state struct {
	w     *sched.World
	k     *model.Machine
	h     *heap.Heap     // nil: a page allocator stands alone
	pages heap.PagesView // of the heap, or alone
	g     *heap.Geometry
	lock  *model.Mutex // the heap lock

	caches []*heap.TestPageCache // page caches of no P
	runs   []pageRun             // pages that an M has taken from a page allocator alone

	pm     pageMap
	places []spanPlace // of P-MSPAN, by object
	sums   sumMemo

	counts   counts
	spans    []spanPast // by object, for properties about transitions
	coverage *model.Coverage

	always bool // no property counts as stateless
}

// counts are small facts that change during an execution.
type counts struct {
	releases uint64 // of the heap lock, announced ones included
	seen     uint64 // releases at which the state was looked at last
	ended    int    // steps made when unlocked looked last, one more
	released uint64 // heap_released at that time

	sweepgen  uint32 // at the last look at the sweepers
	sweepers  uint64
	ends      int      // times that a sweeper found it was the last one
	holderP   *model.P // P of the M that holds the heap lock, when it took it
	making    bool     // a page allocator alone is being made: its bits have no owner yet
	parked    bool     // scavenger, at the last look
	wake      bool     // sysmonWake, at the last look
	pastBytes uint64   // size of the ranges in use, at the last look
	index     uint64   // centralIndex, at the last look
	indexGen  uint32   // sweep generation in which it changed last
}

// pageRun is a run of pages.
type pageRun struct{ base, npages uint64 }

func newState(w *sched.World, k *model.Machine, h *heap.Heap, pages heap.PagesView) *state {
	s := &state{w: w, k: k, h: h, pages: pages, g: pages.Geometry(), lock: pages.Lock(), coverage: k.Coverage()}
	s.pm.init(s)
	s.sums.init(s)
	if h != nil {
		s.places = make([]spanPlace, h.Spans())
		s.spans = make([]spanPast, h.Spans())
		sched.SaveSlice(w, s.spans)
	}
	return s
}

// begin is called when the heap has been prepared: what it is now is where
// every execution begins.
func (s *state) begin() {
	s.counts.seen = ^uint64(0)
	if s.h != nil {
		s.counts.pastBytes = s.pages.RangeBytes()
		s.counts.sweepgen = s.h.Sweepgen()
		s.counts.index, s.counts.indexGen = s.h.CentralIndex(), s.h.Sweepgen()
		for i := range s.spans {
			s.spans[i].take(s.h.Span(i))
		}
	}
	sched.Save(s.w, &s.counts)
	if s.runs != nil {
		sched.SaveSlice(s.w, s.runs)
	}
}

// page returns the number of the page at addr, counted from the first one that
// the heap may use.
func (s *state) page(addr uint64) uint64 { return (addr - s.g.BaseAddr()) / s.g.PageSize }

// changed reports whether there is something to look at: the heap lock is free,
// and has been released, or heap_released has changed, since the last time.
func (s *state) changed() bool {
	c := &s.counts
	if s.lock.Held() || c.making {
		return false
	}
	released := uint64(0)
	if s.h != nil {
		released = s.h.HeapReleased()
	}
	if c.releases == c.seen && released == c.released {
		return false
	}
	if c.releases != c.seen {
		c.seen = c.releases
	}
	c.released = released
	s.look()
	return true
}

// unlocked reports whether the heap lock is free, for checks of what is so
// after any step and at the end of an execution, where a daemon may be inside a
// critical section.
func (s *state) unlocked() bool {
	if s.lock.Held() || s.counts.making {
		return false
	}
	if now := s.w.Now() + 1; s.counts.ended != now || s.pm.old {
		s.counts.ended = now
		s.look()
	}
	return true
}

// look fills the page map for checks that follow, unless there will be none.
func (s *state) look() {
	if s.pm.old = s.w.Known() && !s.always; !s.pm.old {
		s.pm.fill(s)
	}
}

// quiet reports whether no M is inside a function of the page heap.
func (s *state) quiet() bool {
	if s.lock.Held() || s.pages.OpenWindows() > 0 {
		return false
	}
	return s.h == nil || s.pm.flights == 0
}
