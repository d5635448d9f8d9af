package properties

import (
	"fmt"
	"testing"

	"lockheld/heap"
	"lockheld/model"
	"lockheld/sched"
)

// A broken is a small program in which one property does not hold.
type broken struct {
	property string // that must report it
	site     string // of the violation, if that is not the property
	name     string
	config   func(c *heap.Config)
	setup    func(s *stage)
	choose   []string // properties; nil: all
}

// damaged is a program in which an M damages the state of the heap, named as
// in heap.Damage, with the heap lock held.
func damaged(property, name string) broken {
	return broken{property: property, name: name, setup: func(s *stage) {
		s.prepareSpans(nil)
		s.m("M", func(m *model.M) {
			m.Systemstack(func() {
				m.Lock(s.lock)
				s.h.Damage(m, name)
				m.Unlock(s.lock)
			})
			s.alloc(m, 4)
		})
	}}
}

// prepareSpans makes a heap with a span, pages in the first P's cache, and free
// pages that are not scavenged; then it calls more.
func (s *stage) prepareSpans(more func(m *model.M)) {
	s.h.Prepare(func(m *model.M) {
		s.h.Alloc(m, 1, 0, true)
		s.h.Alloc(m, 1, 0, true) // fills the cache: there is memory now
		s.h.FreeSpan(m, s.h.Alloc(m, 5, 0, true))
		s.h.StartScavengeGen(m)
		if more != nil {
			more(m)
		}
	})
}

// body is a program of one M with a heap as prepareSpans makes it.
func body(property, site, name string, f func(s *stage, m *model.M)) broken {
	return broken{property: property, site: site, name: name, setup: func(s *stage) {
		s.prepareSpans(nil)
		s.m("M", func(m *model.M) { f(s, m) })
	}}
}

// procs is a configuration with n Ps of which the world can be stopped.
func procs(n int) func(c *heap.Config) {
	return func(c *heap.Config) { c.Machine.Procs, c.Machine.MinProcs, c.Machine.MaxProcs = n, 1, n+1 }
}

// stopped is a program in which f runs in a world that M has stopped.
func stopped(property, name string, f func(s *stage, m *model.M)) broken {
	return broken{property: property, name: name, config: procs(2), setup: func(s *stage) {
		s.prepareSpans(nil)
		s.m("M", func(m *model.M) {
			m.StopTheWorld("test")
			m.Systemstack(func() { f(s, m) })
			m.StartTheWorld()
		})
	}}
}

// only makes a program check nothing but its property.
func only(b broken) broken {
	b.choose = []string{b.property}
	return b
}

// brokenInside are programs that break what is checked inside the engine, the
// machine and the heap.
var brokenInside = []broken{
	body("P-LOCK", "allocRange/entry", "no lock", func(s *stage, m *model.M) {
		m.Systemstack(func() { s.h.Damage(m, "lost page") })
	}),
	body("P-MUTEX", "unlock/held", "unlock of unheld", func(s *stage, m *model.M) {
		m.Systemstack(func() { m.Unlock(s.lock) })
	}),
	body("P-NONREC", "heap", "lock twice", func(s *stage, m *model.M) {
		m.Systemstack(func() {
			m.Lock(s.lock)
			m.Lock(s.lock)
		})
	}),
	body(nameBalance, "", "lock kept", func(s *stage, m *model.M) {
		m.Systemstack(func() { m.Lock(s.lock) })
		s.back(m, "nowhere")
	}),
	body("P-NEG", "freeSpan/not-held", "free with the lock", func(s *stage, m *model.M) {
		sp := s.alloc(m, 1)
		m.Systemstack(func() { m.Lock(s.lock) })
		s.h.FreeSpan(m, sp)
	}),
	body(nameSysstack, "lock/systemstack", "lock on a user stack", func(s *stage, m *model.M) {
		m.Lock(s.lock)
	}),
	{property: nameNoPreempt, name: "another P", config: procs(2), setup: func(s *stage) {
		s.prepareSpans(nil)
		other := s.m("other", func(m *model.M) {})
		s.m("M", func(m *model.M) {
			m.T().Join(other.T())
			if s.k.AllPs()[0].Status() == model.Pidle {
				m.Systemstack(func() {
					m.Lock(s.lock)
					m.MoveToP0()
					m.Unlock(s.lock)
				})
			}
		})
	}},
	body("P-RANK", "rank", "sched.lock under the heap lock", func(s *stage, m *model.M) {
		m.Systemstack(func() {
			m.Lock(s.lock)
			m.Lock(s.k.SchedLock())
		})
	}),
	body("P-WRITE", "page allocator", "access without the lock", func(s *stage, m *model.M) {
		s.h.Damage(m, "unlocked access")
	}),
	{property: "P-PLOCAL", site: "P1.caches", name: "cache of another P", config: noStops(2), setup: func(s *stage) {
		s.prepareSpans(nil)
		s.m("M", func(m *model.M) { s.h.Damage(m, "foreign cache") })
		s.m("other", func(m *model.M) { s.alloc(m, 1) })
	}},
	{property: "P-GCSTABLE", site: "sweepgen", name: "sweep phase without a stop", config: noStops(2), setup: func(s *stage) {
		s.prepareSpans(nil)
		s.m("M", func(m *model.M) { s.h.Damage(m, "sweep phase") })
		s.m("other", func(m *model.M) { s.alloc(m, 1) })
	}},
	{property: "L-STW", site: "stopnote", name: "M waits for a stop with the lock", config: procs(2), setup: func(s *stage) {
		s.prepareSpans(nil)
		stopper := s.m("stopper", func(m *model.M) { s.setProcs(m, 1) })
		s.m("M", func(m *model.M) {
			m.Systemstack(func() {
				m.Lock(s.lock)
				m.T().Join(stopper.T())
				m.Unlock(s.lock)
			})
		})
	}},
	{property: nameAlloc, name: "no arena", config: func(c *heap.Config) { c.MaxArenas = 1 }, setup: func(s *stage) {
		s.prepareSpans(nil)
		s.m("M", func(m *model.M) { s.alloc(m, 3*s.g.ArenaPages()) })
	}},
	flushed(1),
	{property: nameSnapshot, name: "statistics", config: func(c *heap.Config) { c.StatsReader = true }, setup: func(s *stage) {
		s.prepareSpans(nil)
		s.m("M", func(m *model.M) {
			s.h.Damage(m, "statistics")
			s.readStats(m)
		})
	}},
	{property: nameStopper, site: "assertWorldStopped/stopper", name: "stop of another", config: procs(1),
		choose: []string{"+" + nameStopper}, setup: func(s *stage) {
			s.prepareSpans(nil)
			s.m("stopper", func(m *model.M) {
				m.StopTheWorld("test")
				m.StartTheWorld()
			})
			s.k.NewMWithoutP("M", func(m *model.M) {
				m.T().Yield()
				if s.k.WorldIsStopped() == 1 {
					m.AssertWorldStopped("test")
				}
			})
		}},
}

// flushed is a program in which the page cache of a P that is destroyed gives
// pages back above where the last generation ended. As flush does not raise
// freeHWM, the next generation does not find them, and the one after does.
func flushed(generations int) broken {
	return broken{property: nameScav, name: "flushed pages", config: procs(2), setup: func(s *stage) {
		var low *heap.Span
		s.h.Prepare(func(m *model.M) {
			low = s.h.Alloc(m, 1, 0, true)
			s.h.FreeSpan(m, s.h.Alloc(m, 5, 0, true))
		})
		s.m("M", func(m *model.M) {
			m.T().Join(s.ms[1].T())
			s.free(m, low)
			s.scavengeAll(m)
			s.setProcs(m, 1)
			s.allScavenged(m, generations)
		})
		s.m("cacher", func(m *model.M) { s.alloc(m, 1) })
	}}
}

func TestFlushedPagesAreScavenged(t *testing.T) {
	tt := flushed(2)
	p, err := Build{}.program(&Scenario{Name: "flushed", Geometry: "small", config: tt.config, setup: tt.setup})
	if err != nil {
		t.Fatal(err)
	}
	r, err := sched.Explore(t.Context(), p, bounded())
	if err != nil || len(r.Findings) > 0 {
		t.Error(err, findings(r))
	}
}

// brokenHeaps are programs that damage the heap.
var brokenHeaps = []broken{
	damaged("P-CONSERVE", "lost page"),
	damaged("P-CONSERVE", "freed page"),
	damaged("P-CONSERVE", "curArena"),
	damaged("P-NODOUBLE", "page in two places"),
	damaged("P-SUMMARY", "leaf summary"),
	damaged("P-SUMMARY", "root summary"),
	damaged("P-SEARCH", "search address"),
	damaged("P-SEARCH", "search exhausted"),
	damaged("P-SEARCHMAP", "search outside"),
	damaged("P-INUSE", "hull"),
	damaged("P-SCAVSUB", "scavenged span"),
	damaged("P-SCAVSUB", "cache scav"),
	damaged("P-BACKED", "unbacked page"),
	damaged("P-BACKED", "unused span"),
	damaged("P-ZERO", "zero"),
	damaged("P-SPANMAP", "span map"),
	damaged("P-SPANMAP", "in-use bit"),
	damaged("P-SPANMAP", "pagesInUse"),
	damaged("P-MSPAN", "object in use"),
	damaged("P-MSPAN", "object lost"),
	damaged("P-MSPAN", "allspans"),
	damaged("P-SPANSTATE", "manual in use"),
	damaged("P-SPANSTATE", "dead in marking"),
	damaged("P-SWEEPGEN", "swept twice"),
	damaged("P-CACHED", "cached by nobody"),
	damaged("P-SETS", "span set"),
	damaged("P-INDEX", "central index"),
	damaged("P-CREDIT", "credit"),
	damaged("L-SWEEP", "sleeping sweeper"),
	body("P-STACKS", "", "stack cached twice", func(s *stage, m *model.M) {
		s.h.StackAlloc(m, 1)
		s.h.StackFree(m, s.h.StackAlloc(m, 1))
		s.h.Damage(m, "stack cached twice")
	}),
	damaged("P-SCAVRANGES", "bytes left"),
	damaged("P-GEN", "reservation"),
	damaged("P-SCAVLIVE", "unbacked span"),
	damaged("P-REL", "heap_released"),
	damaged("P-RETAIN", "heap_sys"),
	damaged("P-STATS", "heap_inuse"),
	{property: "L-WAKE", name: "wake request", config: noStops(2), setup: func(s *stage) {
		s.prepareSpans(nil)
		s.m("M", func(m *model.M) {
			s.h.ReadyForScavenger(m)
			s.h.Damage(m, "wake request")
			s.alloc(m, 4)
		})
		s.h.NewSysmon()
	}},
	{property: "P-SEQ", name: "update left", config: procs(2), setup: func(s *stage) {
		s.prepareSpans(nil)
		s.m("other", func(m *model.M) {})
		s.m("M", func(m *model.M) { s.h.Damage(m, "update left") })
	}},
	stopped("P-STATS", "statistics", func(s *stage, m *model.M) {
		m.Lock(s.lock)
		s.h.Damage(m, "statistics")
		m.Unlock(s.lock)
	}),
}

// brokenMachines are programs that damage the machine.
var brokenMachines = []broken{
	{property: "P-PLINK", name: "dead P of an M", config: procs(2), setup: func(s *stage) {
		s.prepareSpans(nil)
		s.m("M", func(m *model.M) {
			m.P().SetDead(m)
			m.T().Yield()
			m.AcquireGcsema()
			s.touchMachine(m)
		})
	}},
	{property: "P-IDLE", name: "dead P on the idle list", config: procs(2), setup: func(s *stage) {
		s.prepareSpans(nil)
		s.m("M", func(m *model.M) {
			s.k.AllPs()[1].SetDead(m)
			s.touchMachine(m)
		})
	}},
	stopped("P-STW", "P dies in a stop", func(s *stage, m *model.M) {
		s.k.AllPs()[1].SetDead(m)
		m.WorldStarted()
	}),
	only(stopped("P-STWFLAG", "count goes back in a stop", func(s *stage, m *model.M) {
		m.WorldStarted() // also takes the stop away from m
	})),
	{property: "P-STOPWAIT", name: "P dies while a stop is asked for", config: procs(3), setup: func(s *stage) {
		s.prepareSpans(nil)
		s.m("stopper", func(m *model.M) { s.setProcs(m, 1) })
		s.m("M", func(m *model.M) {
			m.T().Yield()
			m.Systemstack(func() {
				m.Lock(s.k.SchedLock())
				if p := s.k.AllPs()[2]; s.k.Gcwaiting() && !s.k.Stopped() && p.Status() == model.Pgcstop {
					p.SetDead(m)
				}
				m.Unlock(s.k.SchedLock())
			})
		})
	}},
	{property: "P-PDEAD", name: "dead P's pages", config: procs(2), setup: func(s *stage) {
		s.prepareSpans(nil)
		s.m("M", func(m *model.M) {
			m.Systemstack(func() {
				m.Lock(s.lock)
				s.h.Damage(m, "dead P's pages")
				m.Unlock(s.lock)
			})
			s.touchMachine(m)
		})
	}},
	{property: nameNoContend, name: "lock without a P in a stop", config: procs(2), setup: func(s *stage) {
		s.prepareSpans(nil)
		s.m("stopper", func(m *model.M) { s.setProcs(m, 1) })
		s.k.NewMWithoutP("M", func(m *model.M) {
			m.Lock(s.lock)
			m.Unlock(s.lock)
		})
	}},
}

// touchMachine makes a step on an object of the machine.
func (s *stage) touchMachine(m *model.M) {
	m.Systemstack(func() {
		m.Lock(s.k.SchedLock())
		m.Unlock(s.k.SchedLock())
	})
}

// Every property that can fail does in a program that breaks it, and no other
// reports it first.
func TestBroken(t *testing.T) {
	var all []broken
	for _, list := range [][]broken{brokenInside, brokenHeaps, brokenMachines} {
		all = append(all, list...)
	}
	seen := map[string]bool{}
	for _, tt := range all {
		seen[tt.property] = true
		t.Run(tt.property+"/"+tt.name, func(t *testing.T) {
			sc := &Scenario{Name: "broken", Geometry: "small", config: tt.config, setup: tt.setup}
			if sc.config == nil {
				sc.config = noStops(1)
			}
			p, err := Build{Properties: tt.choose}.program(sc)
			if err != nil {
				t.Fatal(err)
			}
			o := bounded()
			o.Shrink = -1
			r, err := sched.Explore(t.Context(), p, o)
			if err != nil {
				t.Fatal(err)
			}
			want := tt.site
			if want == "" {
				want = tt.property
			}
			if len(r.Findings) == 0 || r.Findings[0].Violation.Site != want {
				t.Errorf("findings %v, want site %s", fmt.Sprint(findings(r)), want)
				return
			}
			t.Log(r.Findings[0].Violation.Error())
		})
	}
	for _, e := range Properties() {
		if !seen[e.Name] && !(e.Strict && knownSomewhere(e.Name)) && !brokenByBug(e.Name) {
			t.Errorf("no program breaks %s", e.Name)
		}
	}
}

// knownSomewhere reports whether Go 1.16 breaks the property in a scenario,
// which TestPropertyKnown checks.
func knownSomewhere(name string) bool {
	for _, sc := range Scenarios() {
		for _, k := range sc.Known() {
			if k == name {
				return true
			}
		}
	}
	return false
}

func findings(r *sched.Report) (all []string) {
	for i := range r.Findings {
		all = append(all, r.Findings[i].Violation.Error())
	}
	return all
}
