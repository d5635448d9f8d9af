package properties

import (
	"lockheld/heap"
	"lockheld/model"
)

// scenarios is the list of scenarios: small forms in the order of the
// reference, then large ones.
var scenarios = []*Scenario{
	procresize,
}

var procresize = &Scenario{
	Name: "procresize", Geometry: "small",
	Doc: "The number of Ps goes from two to one and back while another M allocates and sysmon runs.",
	config: func(c *heap.Config) {
		c.Machine.Procs, c.Machine.MinProcs, c.Machine.MaxProcs = 2, 1, 2
	},
	goals: []goal{goalCacheDestroyed, goalSpansDestroyed, goalRevival},
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) {
			s.h.Alloc(m, 1, 0, true)
		})
		s.m("resizer", func(m *model.M) {
			s.setProcs(m, 1)
			s.setProcs(m, 2)
			s.alloc(m, 1)
		})
		s.m("allocator", func(m *model.M) {
			sp := s.alloc(m, 1)
			s.free(m, sp)
		})
		s.h.NewSysmon()
	},
}
