package properties

import (
	"lockheld/heap"
	"lockheld/model"
)

var allocFree = &Scenario{
	Name: "alloc-free", Geometry: "small",
	Doc:    "Two Ms allocate through their page caches and around them while a third frees a span.",
	config: noStops(3),
	goals:  []goal{goalContended, goalRefillContended, goalOverflow},
	strict: []string{"P-LIMIT"},
	setup: func(s *stage) {
		n := uint64(s.g.CacheLimit)
		var old *heap.Span
		s.h.Prepare(func(m *model.M) {
			old = s.h.Alloc(m, n, 0, true)
			// Fill the cache of span objects of the first P.
			more := s.h.Alloc(m, n, 0, true)
			for range s.g.MSpanCache {
				s.h.FreeSpan(m, s.h.Alloc(m, n, 0, true))
			}
			s.h.FreeSpan(m, more)
		})
		s.m("freer", func(m *model.M) {
			s.free(m, old)
		})
		s.m("small", func(m *model.M) {
			for range s.rounds() {
				s.free(m, s.alloc(m, 1))
				s.alloc(m, 2)
			}
		})
		s.m("large", func(m *model.M) {
			for range s.rounds() {
				s.free(m, s.alloc(m, n))
			}
		})
	},
}

var stackGrowth = &Scenario{
	Name: "stack-growth", Geometry: "small",
	Doc: "Stacks grow at function prologues, which takes and frees spans, while the Ms allocate and free.",
	config: func(c *heap.Config) {
		noStops(2)(c)
		c.Machine.Open = model.StackGrowth
		c.Machine.Growths = 2
	},
	goals:  []goal{goalContended, goalStackContended},
	strict: []string{"P-LIMIT"},
	setup: func(s *stage) {
		var old *heap.Span
		s.h.Prepare(func(m *model.M) {
			old = s.h.Alloc(m, 1, 0, true)
			// The stack of the first M is a span already: when it grows, that is freed.
			s.h.StackGrow(m)
			s.h.StackGrow(m)
		})
		s.m("freer", func(m *model.M) {
			s.free(m, old)
		})
		s.m("allocator", func(m *model.M) {
			for range s.rounds() {
				s.free(m, s.alloc(m, uint64(s.g.CacheLimit)))
			}
		})
	},
}

var grow = &Scenario{
	Name: "grow", Geometry: "small",
	Doc: "Two Ms need more memory; the second arena is next to the first or elsewhere, or there is none.",
	config: func(c *heap.Config) {
		noStops(2)(c)
		c.Machine.Open = model.OSRefuses | model.ArenaNotAdjacent
		c.MaxArenas = 5
	},
	goals:  []goal{goalContended, goalGrowth, goalGrowthMoves, goalRefused},
	strict: []string{"P-LIMIT"},
	setup: func(s *stage) {
		chunk := uint64(s.g.ChunkPages)
		s.h.Prepare(func(m *model.M) {
			s.h.AllocManual(m, chunk, heap.SpanAllocWorkBuf)
		})
		s.m("two chunks", func(m *model.M) {
			for range s.rounds() {
				s.free(m, s.alloc(m, chunk+1))
			}
		})
		s.m("one chunk", func(m *model.M) {
			for range s.rounds() {
				s.alloc(m, uint64(s.g.CacheLimit))
				s.alloc(m, chunk)
			}
		})
	},
}

var stats = &Scenario{
	Name: "stats", Geometry: "small",
	Doc: "A reader moves the shards of the statistics on while Ms with and without a P write to them.",
	config: func(c *heap.Config) {
		noStops(2)(c)
		c.StatsReader = true
	},
	goals:  []goal{goalRotated, goalRotatedNoP},
	strict: []string{nameObjects},
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) {
			s.prepareSweep(m, 0, 1)
			s.h.AllocManual(m, uint64(s.g.CacheLimit), heap.SpanAllocWorkBuf)
		})
		s.m("reader", func(m *model.M) {
			for range s.rounds() {
				s.readStats(m)
			}
		})
		s.m("writer", func(m *model.M) {
			s.sweepone(m)
			for range s.rounds() {
				s.allocManual(m, 1, heap.SpanAllocWorkBuf)
			}
		})
		s.k.NewMWithoutP("writer without P", func(m *model.M) {
			s.allocManual(m, 1, heap.SpanAllocWorkBuf)
		})
	},
}
