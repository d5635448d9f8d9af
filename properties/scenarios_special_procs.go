package properties

import (
	"lockheld/heap"
	"lockheld/model"
)

// twoToOne is a machine of two Ps, of which one may go.
func twoToOne(c *heap.Config) {
	c.Machine.Procs, c.Machine.MinProcs = 2, 1
}

var loseP = &Scenario{
	Name: "lose-p", Geometry: "small", Special: true,
	Doc:    "An M loses its P in an allocation when the number of Ps goes from two to one, and goes on with the other one.",
	config: twoToOne,
	setup: func(s *stage) {
		s.m("resizer", func(m *model.M) { s.setProcs(m, 1) })
		s.m("allocator", func(m *model.M) {
			s.alloc(m, 1)
			s.alloc(m, 1)
		})
	},
}

var procresizeOwn = &Scenario{
	Name: "procresize-own", Geometry: "small", Special: true,
	Doc:    "The M that changes the number of Ps from two to one has the P that goes, with free stacks.",
	config: twoToOne,
	setup: func(s *stage) {
		s.m("allocator", func(m *model.M) { s.alloc(m, 1) })
		s.m("resizer", func(m *model.M) {
			s.h.StackGrow(m)
			s.h.StackGrow(m)
			s.setProcs(m, 1)
		})
	},
}

var procresizeStacks = &Scenario{
	Name: "procresize-stacks", Geometry: "small", Special: true,
	Doc:    "A P that goes has free stacks in its cache, whose span is freed.",
	config: twoToOne,
	setup: func(s *stage) {
		s.m("resizer", func(m *model.M) { s.setProcs(m, 1) })
		s.m("grower", func(m *model.M) {
			s.h.StackGrow(m)
			s.h.StackGrow(m)
		})
	},
}

var stackMark = &Scenario{
	Name: "stack-mark", Geometry: "small", Special: true,
	Doc: "A stack grows while the collector marks, so that the old one becomes free.",
	setup: func(s *stage) {
		s.m("collector", func(m *model.M) {
			s.h.StackGrow(m)
			s.h.StackGrow(m)
			s.h.GCStart(m)
			s.h.StackGrow(m)
			s.h.MarkTermination(m)
			s.back(m, "gcMarkDone")
		})
	},
}

var gcThenPercent = &Scenario{
	Name: "gc-then-percent", Geometry: "small", Special: true,
	Doc: "SetGCPercent sets the scavenger's goal when there has been a collection.",
	setup: func(s *stage) {
		s.m("collector", func(m *model.M) {
			s.h.GC(m)
			s.h.SetGCPercent(m, 50)
			s.back(m, "setGCPercent")
		})
	},
}
