package properties

import (
	"lockheld/heap"
	"lockheld/model"
)

var reclaimAlloc = &Scenario{
	Name: "reclaim-alloc", Geometry: "small", Special: true,
	Doc:    "One M reclaims pages and another sweeps while a third allocates what they free, with new lives for old span objects.",
	config: noStops(3),
	strict: []string{"P-SWEPT"},
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) {
			n := uint64(s.g.CacheLimit)
			s.prepareSweep(m, 0, 1, 2)
			// Fill the cache of span objects of the reclaimer's P, so that what it
			// frees goes to where others get their objects.
			var spans []*heap.Span
			for range s.g.MSpanCache {
				spans = append(spans, s.h.AllocManual(m, n, heap.SpanAllocWorkBuf))
			}
			for _, sp := range spans {
				s.h.FreeManual(m, sp, heap.SpanAllocWorkBuf)
			}
		})
		s.m("reclaimer", func(m *model.M) { s.reclaim(m, 1) })
		s.m("sweeper", func(m *model.M) { s.sweepone(m) })
		s.m("allocator", func(m *model.M) { s.alloc(m, 1) })
	},
}

var reclaimTraced = &Scenario{
	Name: "reclaim-traced", Geometry: "small", Special: true,
	Doc: "An M reclaims pages while execution tracing is on, and another sweeps.",
	config: func(c *heap.Config) {
		noStops(2)(c)
		c.Trace = true
	},
	strict: []string{"P-SWEPT"},
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) { s.prepareSweep(m, 0, 1, 2) })
		s.m("reclaimer", func(m *model.M) { s.reclaim(m, 1) })
		s.m("sweeper", func(m *model.M) { s.sweepone(m) })
	},
}
