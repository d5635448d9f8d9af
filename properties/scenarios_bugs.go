package properties

import (
	"fmt"

	"lockheld/heap"
	"lockheld/model"
)

// The scenarios of the bugs files are each made for real bugs, see
// heap/variants_bugs.go. They are as small as that allows. Go 1.16 fails in
// some of them: it has the bug.

// bugScenarios lists them.
var bugScenarios = []*Scenario{
	percentGrows,
	percentTraced,
	barrier,
	statsGrows,
	wakeDead,
	testSpans,
	testPacer,

	top,
	lowHighLow,
	alignedStack,
	idleCache,

	scavengeFree,
	freeOSExact,
	unaligned,
	scavengeHole,
	scavengeIdle,
	deadCache,
	slowUnused,

	gcSwept,
	reclaimSwept,

	sysmonStop,
	losePLarge,
	fewerProcs,
	moreProcs,
	wakeStop,
	readMemStats,
	timeSlice,
}

// memStats reads the statistics in a stopped world and checks what was copied
// (P-MEMSTATS).
func (s *stage) memStats(m *model.M) {
	st := s.h.ReadMemStats(m)
	s.back(m, "ReadMemStats")
	kept := st.Committed - st.InStacks - st.InWorkBufs - st.InPtrScalarBits
	if st.HeapReleased != uint64(st.Released) {
		s.fail(m, nameMemStats, fmt.Sprintf("copies %d bytes as released, the statistics that it compared say %d", int64(st.HeapReleased), st.Released))
	}
	if got := int64(st.HeapSys - st.HeapReleased); got != kept {
		s.fail(m, nameMemStats, fmt.Sprintf("copies %d bytes as retained, the statistics that it compared say %d", got, kept))
	}
}

// allSwept checks that a collection is over (P-GCSWEPT). Unless it is asked to,
// it does not look, as what it sees depends on the order of steps that commute.
func (s *stage) allSwept(m *model.M) {
	if !s.sel[nameGCSwept] {
		return
	}
	if what := s.unswept(); what != "" {
		s.fail(m, nameGCSwept, "comes back from GC: "+what)
	}
}

// idleEmpty checks that idle Ps have no pages (P-IDLECACHE).
func (s *stage) idleEmpty(m *model.M) {
	for i, pp := range s.k.Ps() {
		if _, cache, _ := s.h.PageCache(i); cache != 0 && pp.Status() == model.Pidle {
			s.fail(m, nameIdleCache, fmt.Sprintf("comes back from GC, and the page cache of %s, which is idle, has pages %#x", pp.Name(), cache))
		}
	}
}

// reclaimAlone reclaims npages pages, while no other M sweeps or reclaims, and
// checks that what is not marked was freed if it had to be (P-RECLAIM).
func (s *stage) reclaimAlone(m *model.M, npages uint64) {
	before := s.h.PagesInUse()
	s.reclaim(m, npages)
	freed := before - s.h.PagesInUse()
	if freed >= npages {
		return
	}
	for i := range s.h.Carved() {
		sp := s.h.Span(i)
		if sp.State() == heap.SpanInUse && sp.Sweepgen() == s.h.Sweepgen()-2 && !sp.Marked() {
			s.fail(m, nameReclaim, fmt.Sprintf("has reclaimed %d of %d pages and leaves the unmarked span at page %d", freed, npages, s.page(sp.Base())))
		}
	}
}

// allGivenBack checks, where m is about to give the heap lock back for the last
// time in FreeOSMemory, that everything that is free is scavenged (P-FREEOS).
func (s *stage) allGivenBack(m *model.M) {
	s.leavesNothing(m, nameFreeOS)
}

// leavesNothing checks that everything that is free is scavenged.
func (s *stage) leavesNothing(m *model.M, name string) {
	s.pm.fill(s.state)
	for i := range s.pm.words {
		if left := s.pm.free[i] &^ s.pm.scav[i]; left != 0 {
			s.fail(m, name, fmt.Sprintf("ends FreeOSMemory and leaves page %d free and not scavenged", s.pm.pageOf(i, left)))
		}
	}
}
