package model

import (
	"context"
	"strings"
	"testing"

	"lockheld/sched"
)

// program is a small scenario of the machine with its exact outcome.
type program struct {
	name  string
	cfg   Config
	setup func(k *Machine)
	bound int // most preemptions, 0: any number
	kind  sched.Kind
	site  string
	msg   string // part of the message
}

// machineProperties is every predicate of check.go, checked after each step.
func machineProperties(k *Machine) {
	for _, p := range []sched.Property{
		{Name: "links", Check: k.CheckPLinks},
		{Name: "stopped", Check: k.CheckStopped},
		{Name: "stopcount", Check: k.CheckStopCount},
		{Name: "stopwait", Check: k.CheckStopwait},
		{Name: "idle", Check: k.CheckIdle},
		{Name: "dead", Check: k.CheckDead},
	} {
		p.Each = k.Objects()
		k.World().Always(p)
	}
}

// compile makes p a program of the engine.
func (p *program) compile(each func(k *Machine)) *sched.Program {
	return &sched.Program{Name: p.name, Reusable: true, Setup: func(w *sched.World) {
		k := New(w, p.cfg)
		p.setup(k)
		machineProperties(k)
		if each != nil {
			each(k)
		}
	}}
}

func (p *program) run(t *testing.T, o sched.Options) *sched.Report {
	t.Helper()
	o.Preemptions = -1
	if p.bound > 0 {
		o.Preemptions = p.bound
	}
	o.Shrink = -1
	r, err := sched.Explore(context.Background(), p.compile(nil), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// judge compares a report with the outcome that p expects.
func (p *program) judge(t *testing.T, r *sched.Report) {
	t.Helper()
	if p.kind == 0 {
		want := sched.Complete
		if p.bound > 0 {
			want = sched.Bounded
		}
		if r.Verdict != want {
			t.Fatalf("verdict %v (%s), findings %v; want %v", r.Verdict, r.Why, r.Findings, want)
		}
		return
	}
	if len(r.Findings) == 0 {
		t.Fatalf("verdict %v after %d executions, want %v %s", r.Verdict, r.Executions, p.kind, p.site)
	}
	v := r.Findings[0].Violation
	if v.Kind != p.kind || v.Site != p.site || !strings.Contains(v.Message, p.msg) {
		t.Fatalf("%v\nwant %v %s: ...%s...", v.Error(), p.kind, p.site, p.msg)
	}
}

// saved makes a variable that returns to its first value.
func saved[T any](k *Machine, v T) *T {
	p := new(T)
	*p = v
	sched.Save(k.World(), p)
	return p
}

// stopOnce stops and starts the world; between runs while it is stopped.
func stopOnce(m *M, between func()) {
	m.StopTheWorld("test")
	if between != nil {
		between()
	}
	m.StartTheWorld()
}

// moreProcs adds a P while sysmon looks at all of them.
func moreProcs(k *Machine) {
	k.NewSysmon()
	k.NewM("a", func(m *M) {
		m.EnterSyscall()
		m.ExitSyscall()
		stopOnce(m, func() { k.SetNewprocs(m, 2) })
	})
}

var stopPrograms = []program{
	{
		name: "two Ms, one stops the world", cfg: Config{Procs: 2},
		setup: func(k *Machine) {
			k.NewM("a", func(m *M) { stopOnce(m, nil) })
			k.NewM("b", func(m *M) { m.Safepoint(); m.Safepoint() })
		},
	},
	{
		name: "code on the system stack delays the stop", cfg: Config{Procs: 2},
		setup: func(k *Machine) {
			inside := saved(k, false)
			stops := k.World().Sometimes("the stop is asked for while b is inside")
			k.NewM("a", func(m *M) {
				stopOnce(m, func() {
					if *inside {
						m.Throw("b is inside")
					}
				})
			})
			k.NewM("b", func(m *M) {
				m.Systemstack(func() {
					*inside = true
					m.T().Yield()
					if k.Gcwaiting() {
						stops.Reach()
					}
					m.T().Yield()
					*inside = false
				})
			})
		},
	},
	{
		name: "an M that waits for a lock delays the stop", cfg: Config{Procs: 2},
		setup: func(k *Machine) {
			l := NewMutex(k, "heap", RankMheap)
			k.NewM("a", func(m *M) {
				m.Systemstack(func() { m.Lock(l); m.Unlock(l) })
				stopOnce(m, func() { m.Systemstack(func() { m.AssertLockNotHeld(l, "test/held"); m.Lock(l); m.Unlock(l) }) })
			})
			k.NewM("b", func(m *M) { m.Systemstack(func() { m.Lock(l); m.Unlock(l) }) })
		},
	},
	{
		name: "a P in a system call is taken", cfg: Config{Procs: 2},
		setup: func(k *Machine) {
			taken := k.World().Sometimes("taken")
			kept := k.World().Sometimes("kept")
			k.NewM("a", func(m *M) { stopOnce(m, nil) })
			k.NewM("b", func(m *M) {
				p := m.P()
				m.EnterSyscall()
				m.ExitSyscall()
				if m.P() == nil {
					m.Throw("no P after a system call")
				}
				if p.Syscalltick() == 1 {
					kept.Reach()
				} else {
					taken.Reach()
				}
			})
		},
	},
	{
		name: "a prologue is a safepoint", cfg: Config{Procs: 2},
		setup: func(k *Machine) {
			there := k.World().Sometimes("b is stopped in a prologue")
			in := saved(k, false)
			k.NewM("a", func(m *M) {
				stopOnce(m, func() {
					if *in {
						there.Reach()
					}
				})
			})
			k.NewM("b", func(m *M) { *in = true; m.Prologue("main.f"); *in = false })
		},
	},
	{
		name: "the end of a stop overtakes a look at gcwaiting", cfg: Config{Procs: 2, MinProcs: 2}, bound: 4,
		setup: func(k *Machine) {
			late := k.World().Sometimes("b looks when c is in a system call on the same P")
			var p *P
			sched.Save(k.World(), &p)
			k.NewM("a", func(m *M) { stopOnce(m, nil) })
			b := k.NewM("b", func(m *M) { m.EnterSyscall(); m.ExitSyscall() })
			k.NewM("c", func(m *M) {
				m.EnterSyscall()
				if p = m.oldp; p.ID == 1 && b.oldp == p && k.schedLock.HeldBy(b) {
					late.Reach()
				}
				m.ExitSyscall()
			})
		},
	},
	{
		name: "two stoppers", cfg: Config{Procs: 2},
		setup: func(k *Machine) {
			k.NewM("a", func(m *M) { stopOnce(m, nil) })
			k.NewM("b", func(m *M) { stopOnce(m, nil) })
		},
	},
	{
		name: "sysmon goes on while the world is stopped", cfg: Config{Procs: 2}, bound: 3,
		setup: func(k *Machine) {
			during := k.World().Sometimes("sysmon moves while the world is stopped")
			k.NewM("a", func(m *M) { stopOnce(m, nil) })
			k.NewM("b", func(m *M) { m.EnterSyscall(); m.ExitSyscall() })
			k.NewSysmon()
			k.Hooks.WakeScavenger = func(m *M) {
				if m.P() != nil {
					m.Throw("sysmon has a P")
				}
				if k.Stopped() {
					during.Reach()
				}
			}
		},
	},
	{
		name: "more Ms than Ps", cfg: Config{Procs: 2}, bound: 3,
		setup: func(k *Machine) {
			k.NewM("a", func(m *M) { stopOnce(m, nil) })
			k.NewM("b", func(m *M) { m.Safepoint() })
			k.NewM("c", func(m *M) { m.Safepoint() })
		},
	},
	{
		name: "fewer Ps, then more", cfg: Config{Procs: 2, MinProcs: 1},
		setup: func(k *Machine) {
			k.NewM("a", func(m *M) {
				m.StopTheWorldGC("GOMAXPROCS")
				k.SetNewprocs(m, 1)
				m.StartTheWorldGC()
				m.StopTheWorldGC("GOMAXPROCS")
				k.SetNewprocs(m, 2)
				m.StartTheWorldGC()
			})
			k.NewM("b", func(m *M) { m.Safepoint() })
		},
	},
	{
		name: "fewer Ps during a system call, then more", cfg: Config{Procs: 2, MinProcs: 1}, bound: 3,
		setup: func(k *Machine) {
			dead := k.World().Sometimes("the system call returns to a dead P")
			k.NewM("a", func(m *M) {
				stopOnce(m, func() { k.SetNewprocs(m, 1) })
				stopOnce(m, func() { k.SetNewprocs(m, 2) })
			})
			k.NewM("b", func(m *M) {
				m.EnterSyscall()
				m.T().Yield()
				if k.allps[1].Status() == Pdead {
					dead.Reach()
				}
				m.ExitSyscall()
			})
			k.NewSysmon()
		},
	},
	{
		name: "the first P moves", cfg: Config{Procs: 2, MinProcs: 1, MaxProcs: 3}, bound: 3,
		setup: func(k *Machine) {
			k.NewM("a", func(m *M) { m.Safepoint() })
			k.NewM("b", func(m *M) {
				stopOnce(m, func() { k.SetNewprocs(m, 1) })
				if m.P().ID != 0 {
					m.Throw("b has %s", m.P().Name())
				}
				stopOnce(m, func() { k.SetNewprocs(m, 3) })
			})
		},
	},
	{
		name: "more Ps under the eyes of sysmon", cfg: Config{Procs: 1, MaxProcs: 2}, bound: 3,
		setup: moreProcs,
	},
	{
		name: "sysmon takes a P for an M that waits", cfg: Config{Procs: 1},
		setup: func(k *Machine) {
			helped := k.World().Sometimes("b runs during the system call of a")
			in := saved(k, false)
			k.NewM("a", func(m *M) { *in = true; m.EnterSyscall(); m.T().Yield(); m.ExitSyscall(); *in = false })
			k.NewM("b", func(m *M) {
				if *in {
					helped.Reach()
				}
			})
			k.NewSysmon()
		},
	},
	{
		name: "park and ready", cfg: Config{Procs: 2},
		setup: func(k *Machine) {
			l := NewMutex(k, "l", RankScavenge)
			parked := saved(k, false)
			var b *M
			k.NewM("a", func(m *M) {
				m.Lock(l)
				if *parked {
					*parked = false
					m.Ready(b)
				}
				m.Unlock(l)
			})
			b = k.NewDaemon("b", func(m *M) {
				m.Lock(l)
				*parked = true
				m.Park(l)
			})
		},
	},
	{
		name: "the end of a time slice", cfg: Config{Procs: 1, Open: TimeSlice, NoStops: true},
		setup: func(k *Machine) {
			k.NewM("a", func(m *M) { m.Safepoint(); m.Safepoint() })
			k.NewM("b", func(m *M) { m.Safepoint() })
		},
	},
	{
		name: "time slices and a stop", cfg: Config{Procs: 1, Open: TimeSlice},
		setup: func(k *Machine) {
			k.NewM("a", func(m *M) { stopOnce(m, nil) })
			k.NewM("b", func(m *M) { m.Safepoint(); m.Safepoint() })
		},
	},
}

func TestStops(t *testing.T) {
	for i := range stopPrograms {
		p := &stopPrograms[i]
		t.Run(p.name, func(t *testing.T) {
			r := p.run(t, sched.Options{})
			t.Logf("%d executions, %d steps, at most %d in one", r.Executions, r.Steps, r.MaxSteps)
			p.judge(t, r)
		})
	}
}
