package properties

import (
	"lockheld/heap"
	"lockheld/model"
)

var sysmonStop = &Scenario{
	Name: "sysmon-stop", Geometry: "small-window", Special: true,
	Doc: "The number of Ps goes from two to one, and the timer of the sleeping scavenger moves, while sysmon wakes it.",
	config: func(c *heap.Config) {
		twoToOne(c)
		c.Timers = true
	},
	setup: func(s *stage) {
		s.h.Prepare(func(m *model.M) { s.prepareScavenge(m, 2) })
		s.m("resizer", func(m *model.M) {
			s.setProcs(m, 1)
		})
		s.h.NewBgscavenge()
		s.m("asker", func(m *model.M) { s.h.ReadyForScavenger(m) })
		s.h.NewSysmon()
	},
}

var losePLarge = &Scenario{
	Name: "lose-p-large", Geometry: "small", Special: true,
	Doc:    "An M loses its P when it has allocated a large object, as the number of Ps goes from two to one.",
	config: twoToOne,
	setup: func(s *stage) {
		s.m("resizer", func(m *model.M) { s.setProcs(m, 1) })
		s.m("allocator", func(m *model.M) {
			s.allocLarge(m, 1)
		})
	},
}

var fewerProcs = &Scenario{
	Name: "fewer-procs", Geometry: "small", Special: true,
	Doc:    "The number of Ps goes from two to one while sysmon looks at all Ps, of which one is in a system call.",
	config: twoToOne,
	setup: func(s *stage) {
		s.m("caller", func(m *model.M) {
			m.EnterSyscall()
			m.ExitSyscall()
		})
		s.m("resizer", func(m *model.M) { s.setProcs(m, 1) })
		s.h.NewSysmon()
	},
}

var moreProcs = &Scenario{
	Name: "more-procs", Geometry: "small", Special: true,
	Doc: "The number of Ps goes from one to two while sysmon looks at all Ps.",
	config: func(c *heap.Config) {
		c.Machine.Procs, c.Machine.MaxProcs = 1, 2
	},
	setup: func(s *stage) {
		s.m("resizer", func(m *model.M) {
			s.h.ReadyForScavenger(m)
			s.setProcs(m, 2)
		})
		s.h.NewSysmon()
	},
}

var wakeStop = &Scenario{
	Name: "wake-stop", Geometry: "small", Special: true,
	Doc: "An M makes another one ready while the world is stopped.",
	config: func(c *heap.Config) {
		c.Machine.Procs = 3
	},
	setup: func(s *stage) {
		s.m("stopper", func(m *model.M) { s.memStats(m) })
		sleeper := s.m("sleeper", func(m *model.M) { m.Park(nil) })
		s.m("waker", func(m *model.M) { m.Ready(sleeper) })
	},
}

var readMemStats = &Scenario{
	Name: "read-mem-stats", Geometry: "small", Special: true,
	Doc: "The world is stopped to read the statistics while another M allocates.",
	config: func(c *heap.Config) {
		c.Machine.Procs = 2
	},
	setup: func(s *stage) {
		s.m("stopper", func(m *model.M) { s.memStats(m) })
		s.m("allocator", func(m *model.M) { s.alloc(m, 1) })
	},
}

var timeSlice = &Scenario{
	Name: "time-slice", Geometry: "small", Special: true,
	Doc: "The world is stopped and started where the time slice of any goroutine may be over, and another one waits for the P.",
	config: func(c *heap.Config) {
		c.Machine.Procs = 1
		c.Machine.Open = model.TimeSlice
	},
	setup: func(s *stage) {
		s.m("stopper", func(m *model.M) { s.memStats(m) })
		s.m("allocator", func(m *model.M) { s.alloc(m, 1) })
	},
}
