package properties

import (
	"lockheld/heap"
	"lockheld/model"
)

// prepareSweep allocates large objects of these sizes, of which the program
// reaches the first kept, and starts a sweep phase.
func (s *stage) prepareSweep(m *model.M, kept int, sizes ...uint64) {
	for i, n := range sizes {
		sp := s.h.AllocLarge(m, n)
		if i >= kept {
			s.h.Drop(sp, 0)
		}
	}
	s.h.PrepareSweep(m)
}

// sweepAll sweeps until there is nothing to sweep.
func (s *stage) sweepAll(m *model.M) {
	for s.sweepone(m) != heap.NothingSwept {
	}
}

var reclaim = &Scenario{
	Name: "reclaim", Geometry: "small",
	Doc:    "Two Ms reclaim pages from one arena while a third sweeps.",
	config: noStops(3),
	goals:  []goal{goalContended, goalReclaimRelock, goalReclaimFrees, goalCredit, goalDoneEarly},
	strict: []string{"P-SWEPT"},
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) {
			if s.sc.Large {
				s.prepareSweep(m, 1, 1, 3, 1, 2, 4)
			} else {
				s.prepareSweep(m, 0, 1, 2)
			}
		})
		s.alike([]string{"reclaimer 1", "reclaimer 2"}, func(m *model.M) {
			for range s.rounds() {
				s.reclaim(m, 1)
			}
		})
		s.m("sweeper", s.sweepAll)
	},
}

var sweepTermination = &Scenario{
	Name: "sweep-termination", Geometry: "small",
	Doc:    "Three Ms sweep one span and find out who was the last.",
	config: noStops(3),
	goals:  []goal{goalGeneration, goalGenerationTwice},
	strict: []string{"P-DONE-ONCE"},
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) {
			if s.sc.Large {
				s.prepareSweep(m, 1, 1, 1, 1)
			} else {
				s.prepareSweep(m, 0, 1)
			}
		})
		s.alike([]string{"sweeper 1", "sweeper 2", "sweeper 3"}, func(m *model.M) {
			for range s.rounds() {
				s.sweepone(m)
			}
		})
	},
}
