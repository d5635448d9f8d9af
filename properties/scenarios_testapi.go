package properties

import (
	"lockheld/heap"
	"lockheld/model"
	"lockheld/sched"
)

var testHelpers = &Scenario{
	Name: "test-helpers", Geometry: "small-window", alone: true,
	Doc:    "Ms call the helpers of the runtime's own tests on one page allocator.",
	config: noStops(3),
	goals:  []goal{goalContended},
	setup: func(s *stage) {
		ready := sched.NewWord(s.w, "ready", 0)
		cache := s.alone.NewCache(s.w)
		s.caches = append(s.caches, cache)
		s.runs = make([]pageRun, 8)
		chunk := s.g.ChunkPages
		alloc := [][]heap.Run{{{I: 0, N: 4}}, {}, {{I: 0, N: chunk}}}
		scav := [][]heap.Run{{}, {{I: 4, N: 4}}, {}}
		s.counts.making = true
		s.m("maker", func(m *model.M) {
			s.alone.NewPageAlloc(m, alloc, scav)
			s.runs[0] = pageRun{s.g.BaseAddr(), 4}
			s.runs[1] = pageRun{s.g.BaseAddr() + 2*s.g.ChunkBytes(), uint64(chunk)}
			s.counts.making = false
			ready.Store(m.T(), 1)
			for i := range s.rounds() {
				s.testAlloc(m, 3+i, 4)
			}
			s.testFree(m, 0)
		})
		s.m("cacher", func(m *model.M) {
			ready.Await(m.T(), sched.Eq, 1)
			for range s.rounds() {
				s.alone.AllocToCache(m, cache)
				s.testTake(m, 2, cache, 1)
				cache.Flush(m, s.alone)
				s.back(m, "Flush")
				s.testFree(m, 2)
			}
		})
		s.m("scavenger", func(m *model.M) {
			ready.Await(m.T(), sched.Eq, 1)
			for range s.rounds() {
				s.alone.Scavenge(m, s.g.PageSize, true)
				s.back(m, "Scavenge")
			}
		})
	},
}
