package properties

import (
	"fmt"

	"lockheld/heap"
)

// checkCached is P-CACHED: the sweep generation of a heap span says whether a P has
// it in its cache. It is 3 above the heap's then, or 1 if that was before the sweep
// began, so that no sweeper takes it; a span that nobody has must not look so, since
// nobody would sweep it.
func checkCached(s *state) string {
	if s.anyRuns() {
		return "" // it may be on its way into a cache or out of it
	}
	sg, cached := s.h.Sweepgen(), uint64(0)
	what := ""
	s.h.InCaches(func(sp *heap.Span) {
		gen := sp.Sweepgen() - sg
		switch {
		case what != "":
		case cached>>uint(sp.ID())&1 != 0:
			what = fmt.Sprintf("span object %d is in two caches", sp.ID())
		case sp.State() != heap.SpanInUse || gen != 1 && gen != 3:
			what = fmt.Sprintf("span object %d is in a cache, %s, with sweep generation %d, the heap's is %d",
				sp.ID(), stateNames[sp.State()], sp.Sweepgen(), sg)
		}
		cached |= 1 << uint(sp.ID())
	})
	for i := 0; i < s.h.Carved() && what == ""; i++ {
		sp := s.h.Span(i)
		gen := sp.Sweepgen() - sg
		if sp.State() == heap.SpanInUse && cached>>uint(i)&1 == 0 && gen != 0 && gen != ^uint32(0) && gen != ^uint32(1) {
			what = fmt.Sprintf("span object %d is in no cache, with sweep generation %d, the heap's is %d", i, sp.Sweepgen(), sg)
		}
	}
	return what
}

// anyRuns reports whether an M is left in the middle of something with a P, as a
// daemon may be at the end of an execution.
func (s *state) anyRuns() bool {
	for _, m := range s.k.Ms() {
		if m.P() != nil && !m.T().Finished() {
			return true
		}
	}
	return false
}

// checkStacks is P-STACKS, about the memory of small stacks.
func checkStacks(s *state) string {
	if s.anyRuns() {
		return ""
	}
	return s.h.StacksWrong()
}
