package properties

import (
	"lockheld/heap"
	"lockheld/model"
)

var scavengeAlloc = &Scenario{
	Name: "scavenge-alloc", Geometry: "small-window",
	Doc:    "A scavenger searches without the lock while other Ms take and free what it finds.",
	config: noStops(3),
	goals:  []goal{goalWindowEntered, goalWindowUsed, goalFooled, goalFreedInWindow, goalContended},
	strict: []string{"P-LIMIT"},
	setup: func(s *stage) {
		var old *heap.Span
		s.h.Prepare(func(m *model.M) {
			old = s.h.Alloc(m, 2, 0, true)
			s.prepareScavenge(m, 2)
		})
		s.m("scavenger", func(m *model.M) {
			for range s.rounds() {
				s.scavengeStep(m)
			}
		})
		s.m("allocator", func(m *model.M) {
			for range s.rounds() {
				s.free(m, s.alloc(m, 4))
			}
		})
		s.m("freer", func(m *model.M) {
			s.free(m, old)
		})
	},
}

var scavengeGeneration = &Scenario{
	Name: "scavenge-generation", Geometry: "small-window",
	Doc:    "The last sweeper starts a generation and has the background scavenger woken while another M grows the heap, which scavenges too.",
	config: noStops(3),
	goals:  []goal{goalGeneration, goalGenerationInWindow, goalGrowthScavenges, goalWindowUsed, goalWoken},
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) {
			if s.sc.Large {
				s.h.Drop(s.h.AllocLarge(m, 1), 0)
			} else {
				s.h.AllocManual(m, 1, heap.SpanAllocWorkBuf)
			}
			s.h.PrepareSweep(m)
			s.prepareScavenge(m, 2)
			// Until so few pages are left that one is enough.
			s.h.SetScavengeGoal(s.h.HeapSys() - s.h.HeapReleased() - uint64(s.rounds())*s.g.PageSize)
		})
		s.m("sweeper", func(m *model.M) {
			for s.sweepone(m) != heap.NothingSwept {
			}
			if s.sc.Large {
				// Another sweeper may believe that it is the last one, too.
				s.h.StartScavengeGen(m)
			}
		})
		s.h.NewBgscavenge()
		s.m("grower", func(m *model.M) {
			for range s.rounds() {
				s.allocManual(m, uint64(s.g.ChunkPages), heap.SpanAllocWorkBuf)
			}
		})
		s.h.NewSysmon()
	},
}

var freeOSMemory = &Scenario{
	Name: "free-os-memory", Geometry: "small-window",
	Doc:    "FreeOSMemory starts a generation and scavenges everything while the background scavenger searches without the lock and a third M allocates.",
	config: noStops(3),
	goals:  []goal{goalWindowUsed, goalGenerationInWindow, goalFooled},
	strict: []string{"P-LIMIT"},
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) { s.prepareScavenge(m, 2) })
		others := []*model.M{
			s.m("scavenger", func(m *model.M) {
				for range s.rounds() {
					s.scavengeStep(m)
				}
			}),
			s.m("allocator", func(m *model.M) {
				for range s.rounds() {
					s.free(m, s.alloc(m, 4))
				}
			}),
		}
		s.m("FreeOSMemory", func(m *model.M) {
			s.scavengeAll(m)
			for _, o := range others {
				m.T().Join(o.T())
			}
			s.allScavenged(m, 3)
		})
	},
}
