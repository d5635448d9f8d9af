package properties

import (
	"lockheld/heap"
	"lockheld/model"
)

var gcSwept = &Scenario{
	Name: "gc-swept", Geometry: "small", Special: true,
	Doc:    "The end of a collection sweeps while another M reclaims.",
	config: noStops(2),
	strict: []string{"P-SWEPT", nameGCSwept},
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) { s.prepareSweep(m, 0, 1) })
		s.m("collector", func(m *model.M) {
			s.h.FinishGC(m)
			s.back(m, "GC")
			s.allSwept(m)
		})
		s.m("reclaimer", func(m *model.M) { s.reclaim(m, 1) })
	},
}

var reclaimSwept = &Scenario{
	Name: "reclaim-swept", Geometry: "small", Special: true,
	Doc:    "The page reclaimer comes to a span that is swept already, and to others.",
	config: noStops(1),
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) {
			n := uint64(s.g.CacheLimit)
			low := s.h.AllocManual(m, n, heap.SpanAllocWorkBuf)
			s.prepareSweep(m, 0, n, n, n)
			// A new span below those that are to be swept. What is swept for it in
			// advance keeps it from reclaiming.
			s.h.Sweepone(m)
			s.h.FreeManual(m, low, heap.SpanAllocWorkBuf)
			s.h.Alloc(m, n, 0, true)
		})
		s.m("reclaimer", func(m *model.M) { s.reclaimAlone(m, 2) })
	},
}
