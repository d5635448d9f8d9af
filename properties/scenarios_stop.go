package properties

import (
	"lockheld/heap"
	"lockheld/model"
)

var procresize = &Scenario{
	Name: "procresize", Geometry: "small",
	Doc: "The number of Ps goes from two to one and back while another M allocates and sysmon runs.",
	config: func(c *heap.Config) {
		c.Machine.Procs, c.Machine.MinProcs, c.Machine.MaxProcs = 2, 1, 2
	},
	goals:  []goal{goalCacheDestroyed, goalSpansDestroyed, goalRevival},
	strict: []string{"P-LIMIT"},
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) {
			s.h.Alloc(m, 1, 0, true)
		})
		s.m("resizer", func(m *model.M) {
			for range s.rounds() {
				s.setProcs(m, 1)
				s.setProcs(m, 2)
				s.alloc(m, 1)
			}
		})
		s.m("allocator", func(m *model.M) {
			for range s.rounds() {
				s.allocSmall(m, 1)
				s.free(m, s.alloc(m, 1))
			}
		})
		s.h.NewSysmon()
	},
}

var stopTheWorld = &Scenario{
	Name: "stop-the-world", Geometry: "small-window",
	Doc: "The world is stopped while a scavenger searches without the lock and another M allocates.",
	config: func(c *heap.Config) {
		c.Machine.Procs = 3
	},
	goals:  []goal{goalStopInHeap, goalStopInWindow, goalStopInFlight, goalStopBlocked},
	strict: []string{"P-LIMIT"},
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) { s.prepareScavenge(m, 1) })
		s.m("stopper", func(m *model.M) {
			for range s.rounds() {
				s.h.ReadMemStats(m)
				s.back(m, "ReadMemStats")
			}
		})
		s.m("scavenger", func(m *model.M) {
			for range s.rounds() {
				s.scavengeStep(m)
			}
		})
		s.m("allocator", func(m *model.M) {
			for range s.rounds() {
				s.alloc(m, 1)
			}
		})
	},
}

var gcPercent = &Scenario{
	Name: "gc-percent", Geometry: "small-window",
	Doc: "SetGCPercent sets the scavenger's goal while a collection ends and the scavenger searches without the lock.",
	config: func(c *heap.Config) {
		c.Machine.Procs = 3
	},
	goals: []goal{goalPaceInWindow, goalPaceContended, goalStopInWindow},
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) { s.prepareScavenge(m, 1) })
		s.m("collector", func(m *model.M) {
			s.h.GCStart(m)
			s.h.MarkTermination(m)
			s.back(m, "gcMarkDone")
			if s.sc.Large {
				s.sweepAll(m)
			}
		})
		s.m("SetGCPercent", func(m *model.M) {
			for i := range s.rounds() {
				s.h.SetGCPercent(m, 50+i)
				s.back(m, "setGCPercent")
			}
		})
		s.m("scavenger", func(m *model.M) {
			for range s.rounds() {
				s.scavengeStep(m)
			}
		})
	},
}
