package properties

import (
	"lockheld/heap"
	"lockheld/model"
)

// The scenarios of this file come to statements that could be taken out of the heap
// unnoticed otherwise, see internal/mutate.

var stackPool = &Scenario{
	Name: "stack-pool", Geometry: "small", Special: true, bare: true,
	Doc: "An M without a P takes a stack and gives it back while another one has more free stacks than its P keeps.",
	config: func(c *heap.Config) {
		noStops(1)(c)
	},
	setup: func(s *stage) {
		var stacks [3]heap.Stack
		s.h.Prepare(func(m *model.M) {
			for i := range stacks {
				stacks[i] = s.h.StackAlloc(m, 1)
			}
		})
		s.m("freer", func(m *model.M) {
			for i := range stacks {
				s.h.StackFree(m, stacks[i])
				s.back(m, "stackfree")
			}
		})
		s.k.NewMWithoutP("without P", func(m *model.M) {
			x := s.h.StackAlloc(m, 1)
			s.back(m, "stackalloc")
			s.h.StackFree(m, x)
			s.back(m, "stackfree")
		})
	},
}

var twoCollections = &Scenario{
	Name: "two-collections", Geometry: "small", Special: true, bare: true,
	Doc: "Small and large objects are allocated, and reclaimed after a second collection, and nobody else uses the heap.",
	config: func(c *heap.Config) {
		c.Machine.Procs = 1
	},
	setup: func(s *stage) {
		n := uint64(s.g.CacheLimit)
		s.m("collector", func(m *model.M) {
			// More than a span of small objects: the second span stays cached.
			for range 5 {
				s.allocSmall(m, 1)
			}
			s.h.Drop(s.allocLarge(m, n), 0)
			s.h.GCStart(m)
			s.h.MarkTermination(m)
			// What is swept now is credit for reclaimers until the next collection.
			s.sweepAll(m)
			s.allSwept(m)
			s.allocSmall(m, 1)
			s.h.Drop(s.allocLarge(m, 1), 0)
			s.h.GCStart(m)
			s.h.MarkTermination(m)
			s.reclaimAlone(m, 1)
			s.sweepAll(m)
			s.back(m, "sweepone")
		})
	},
}

var mcacheAgain = &Scenario{
	Name: "mcache-again", Geometry: "small", Special: true, bare: true,
	Doc:    "The number of Ps goes from two to one and back, with a collection before and one after.",
	config: procsTwoToOneAndBack,
	setup: func(s *stage) {
		s.m("collector", func(m *model.M) {
			s.setProcs(m, 1)
			s.h.GC(m)
			s.setProcs(m, 2)
			s.h.GC(m)
			s.h.GC(m)
			s.back(m, "GC")
		})
	},
}

func procsTwoToOneAndBack(c *heap.Config) {
	c.Machine.Procs, c.Machine.MinProcs, c.Machine.MaxProcs = 2, 1, 2
}

var backgroundSweep = &Scenario{
	Name: "background-sweep", Geometry: "small", Special: true, bare: true,
	Doc: "A collection ends while the background sweeper sweeps or parks.",
	config: func(c *heap.Config) {
		c.Machine.Procs = 2
	},
	setup: func(s *stage) {
		s.h.NewBgsweep()
		s.m("collector", func(m *model.M) {
			s.h.Drop(s.allocLarge(m, 1), 0)
			s.h.GCStart(m)
			s.h.MarkTermination(m)
			s.back(m, "gcMarkDone")
			s.h.AwaitSwept(m)
		})
	},
}

var twoSweepers = &Scenario{
	Name: "two-sweepers", Geometry: "small", Special: true, bare: true,
	Doc:    "Two Ms look for spans to sweep, of which there is one of small objects and two of large ones.",
	config: noStops(2),
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) {
			// The first sweep phase takes the span of small objects from the P.
			s.h.AllocSmall(m, 1)
			s.h.PrepareSweep(m)
			s.prepareSweep(m, 2, 1, 1)
		})
		for _, name := range []string{"sweeper 1", "sweeper 2"} {
			s.m(name, func(m *model.M) {
				s.sweepone(m)
				s.sweepone(m)
			})
		}
	},
}
