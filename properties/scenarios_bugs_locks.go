package properties

import (
	"lockheld/heap"
	"lockheld/model"
)

var percentGrows = &Scenario{
	Name: "percent-grows", Geometry: "small", Special: true,
	Doc: "SetGCPercent runs on a stack that may grow.",
	config: func(c *heap.Config) {
		noStops(1)(c)
		c.Machine.Open = model.StackGrowth
	},
	setup: func(s *stage) {
		s.m("SetGCPercent", func(m *model.M) {
			s.h.SetGCPercent(m, 50)
			s.back(m, "setGCPercent")
		})
	},
}

var percentTraced = &Scenario{
	Name: "percent-traced", Geometry: "small", Special: true,
	Doc:   "SetGCPercent is traced while another M flushes its buffer of events, on a stack that may grow.",
	fails: "assertion rank",
	config: func(c *heap.Config) {
		noStops(2)(c)
		c.Trace = true
		c.Machine.Open = model.StackGrowth | heap.TraceFlush
	},
	setup: func(s *stage) {
		s.m("SetGCPercent", func(m *model.M) {
			s.h.SetGCPercent(m, 50)
			s.back(m, "setGCPercent")
		})
		s.m("tracer", func(m *model.M) { s.h.FlushTrace(m) })
	},
}

var barrier = &Scenario{
	Name: "barrier", Geometry: "small", Special: true,
	Doc: "An M allocates around its page cache while the collector marks.",
	setup: func(s *stage) {
		s.m("collector", func(m *model.M) {
			s.h.GCStart(m)
			s.alloc(m, uint64(s.g.CacheLimit))
			s.h.MarkTermination(m)
			s.back(m, "gcMarkDone")
		})
	},
}

var statsGrows = &Scenario{
	Name: "stats-grows", Geometry: "small", Special: true,
	Doc:   "An mcache is filled on a stack that may grow, even inside an update of the statistics.",
	fails: "panic throw",
	config: func(c *heap.Config) {
		noStops(1)(c)
		c.Machine.Open = model.StackGrowth | heap.StatsGrowth
		c.Machine.Growths = 2
	},
	setup: func(s *stage) {
		s.m("allocator", func(m *model.M) { s.allocSmall(m, 1) })
	},
}

var wakeDead = &Scenario{
	Name: "wake-dead", Geometry: "small", Special: true,
	Doc:    "An M wakes the scavenger on its goroutine's stack, when the stack of a dead M waits to be freed.",
	config: noStops(2),
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) { s.h.PrepareDeadM(m) })
		s.h.NewBgscavenge()
		s.m("waker", func(m *model.M) {
			s.h.WakeScavenger(m)
			s.back(m, "wakeScavenger")
		})
	},
}

var testSpans = &Scenario{
	Name: "test-spans", Geometry: "small", Special: true,
	Doc:    "A helper of the runtime's tests takes a span object and gives it back while another M allocates.",
	config: noStops(2),
	setup: func(s *stage) {
		s.m("tester", func(m *model.M) {
			s.h.FreeMSpan(m, s.h.AllocMSpan(m))
			s.back(m, "FreeMSpan")
		})
		s.m("allocator", func(m *model.M) { s.alloc(m, uint64(s.g.CacheLimit)) })
	},
}

var testPacer = &Scenario{
	Name: "test-pacer", Geometry: "small", Special: true,
	Doc:    "A test computes the pacing while another M sets it.",
	config: noStops(2),
	setup: func(s *stage) {
		s.m("tester", func(m *model.M) {
			s.h.TestPacer(m)
			s.back(m, "the test")
		})
		s.m("SetGCPercent", func(m *model.M) {
			s.h.SetGCPercent(m, 50)
			s.back(m, "setGCPercent")
		})
	},
}
