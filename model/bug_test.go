package model

import (
	"testing"

	"lockheld/sched"
)

// grow allocates a stack as the runtime does, under the heap lock.
func grow(l *Mutex) func(m *M) {
	return func(m *M) { m.Lock(l); m.Unlock(l) }
}

// lockedGrowth takes the heap lock on a user stack and calls a function.
func lockedGrowth(k *Machine) {
	l := NewMutex(k, "heap", RankMheap)
	k.Hooks.StackGrow = grow(l)
	k.NewM("a", func(m *M) {
		m.Lock(l)
		m.Prologue("main.f")
		m.Unlock(l)
	})
}

// stopAgainstSyscall stops the world while another M enters and leaves a system
// call.
func stopAgainstSyscall(k *Machine) {
	k.NewM("a", func(m *M) { stopOnce(m, nil) })
	k.NewM("b", func(m *M) { m.EnterSyscall(); m.ExitSyscall() })
}

// stopAgainstRunning stops the world while another M runs.
func stopAgainstRunning(k *Machine) {
	k.NewM("a", func(m *M) { stopOnce(m, nil) })
	k.NewM("b", func(m *M) { m.Safepoint() })
}

// readyAgainstStop makes an M ready while another stops the world.
func readyAgainstStop(k *Machine) {
	l := NewMutex(k, "l", RankScavenge)
	parked := saved(k, false)
	var c *M
	k.NewM("a", func(m *M) { stopOnce(m, nil) })
	k.NewM("b", func(m *M) {
		m.Lock(l)
		ok := *parked
		*parked = false
		m.Unlock(l)
		if ok {
			m.Ready(c)
		}
	})
	c = k.NewDaemon("c", func(m *M) {
		m.Lock(l)
		*parked = true
		m.Park(l)
	})
}

// inWindow looks at the count of stops on the way out of a system call.
func inWindow(look func(k *Machine, m *M)) func(k *Machine) {
	return func(k *Machine) {
		k.NewM("a", func(m *M) { stopOnce(m, nil) })
		k.NewM("b", func(m *M) {
			m.EnterSyscall()
			m.ExitSyscall()
			look(k, m)
		})
	}
}

var wrongPrograms = []program{
	{
		name: "stack growth under the heap lock", cfg: Config{Open: StackGrowth, Off: CheckSystemStack},
		setup: lockedGrowth, kind: sched.KindSelfDeadlock, site: "heap", msg: "a locks heap, which it holds already",
	},
	{
		name: "stack growth under the heap lock, at the acquire", cfg: Config{Open: StackGrowth},
		setup: lockedGrowth, kind: sched.KindAssertion, site: "lock/systemstack", msg: "a acquires heap on a user stack, holding no lock",
	},
	{
		name: "no growth, no deadlock", cfg: Config{Off: CheckSystemStack}, setup: lockedGrowth,
	},
	{
		name: "a stop of the world under a lock that another M waits for", cfg: Config{Procs: 2, Off: CheckLocks},
		setup: func(k *Machine) {
			l := NewMutex(k, "heap", RankMheap)
			k.NewM("a", func(m *M) {
				m.AcquireWorldsema()
				m.g0 = true
				m.Lock(l)
				m.StopTheWorldWithSema()
			})
			k.NewM("b", func(m *M) { m.Systemstack(func() { m.Lock(l); m.Unlock(l) }) })
		},
		kind: sched.KindAssertion, site: "rank", msg: "sched is before mheap",
	},
	{
		name: "the same without lock order", cfg: Config{Procs: 2, Off: CheckLocks | CheckRank},
		setup: func(k *Machine) {
			l := NewMutex(k, "heap", RankMheap)
			k.NewM("a", func(m *M) {
				m.AcquireWorldsema()
				m.g0 = true
				m.Lock(l)
				m.StopTheWorldWithSema()
				m.Unlock(l)
				m.StartTheWorldWithSema()
				m.ReleaseWorldsema()
				m.g0 = false
			})
			k.NewM("b", func(m *M) { m.Systemstack(func() { m.Lock(l); m.Unlock(l) }) })
		},
		kind: sched.KindStuck, site: "stopnote", msg: "a waits for stopnote > 0; b waits to lock heap, held by a",
	},
	{
		name: "an M with a P in the start window, strictly", cfg: Config{Procs: 2, StrictStopper: true},
		setup: inWindow(func(k *Machine, m *M) {
			if m.worldIsStopped() {
				m.checkStopper()
			}
		}),
		kind: sched.KindAssertion, site: "assertWorldStopped/stopper", msg: "b relies on a stop of the world by a",
	},
	{
		name: "an M with a P in the start window", cfg: Config{Procs: 2},
		setup: func(k *Machine) {
			window := k.World().Sometimes("an assertion about the stopped world passes in another M")
			inWindow(func(k *Machine, m *M) {
				if m.worldIsStopped() {
					if k.Stopped() {
						m.Throw("b has a P while the world is stopped")
					}
					window.Reach()
				}
			})(k)
		},
	},
	{
		name: "an assertion about the stopped world elsewhere", cfg: Config{Procs: 2},
		setup: inWindow(func(k *Machine, m *M) { m.AssertWorldStopped("test/stopped") }),
		kind:  sched.KindAssertion, site: "test/stopped", msg: "b relies on a stopped world",
	},
	{
		name: "mutant: the stop counts before the Ps have stopped", cfg: Config{Procs: 2, Mutants: MutantStoppedEarly},
		setup: stopAgainstRunning, kind: sched.KindProperty, site: "stopped", msg: "b has P1 while a has stopped the world",
	},
	{
		name: "mutant: the count ends before procresize", cfg: Config{Procs: 2, Mutants: MutantStartedEarly},
		setup: stopAgainstRunning, kind: sched.KindProperty, site: "stopcount", msg: "is stopped and does not count as stopped",
	},
	{
		name: "mutant: no CAS on Psyscall", cfg: Config{Procs: 2, Mutants: MutantNoCAS},
		setup: stopAgainstSyscall, kind: sched.KindRace, site: "P1", msg: "a",
	},
	{
		name: "mutant: Psyscall counts twice", cfg: Config{Procs: 2, Mutants: MutantCountTwice},
		setup: stopAgainstSyscall, kind: sched.KindAssertion, site: "stopTheWorld/check", msg: "a goes on with stopwait = -1",
	},
	{
		name: "mutant: no look at gcwaiting in entersyscall", cfg: Config{Procs: 2, Mutants: MutantNoRecheck},
		setup: func(k *Machine) {
			k.NewM("a", func(m *M) { stopOnce(m, nil) })
			k.NewM("b", func(m *M) { m.EnterSyscall(); m.T().Join(k.ms[0].t) })
		},
		kind: sched.KindStuck, site: "stopnote",
	},
	{
		name: "mutant: preemption while a P changes hands", cfg: Config{Procs: 3, Mutants: MutantStartmPreemptible}, bound: 3,
		setup: readyAgainstStop, kind: sched.KindStuck, site: "stopnote",
	},
	{
		name: "mutant: sysmon meets a P that is not there yet", cfg: Config{Procs: 1, MaxProcs: 2, Mutants: MutantNilP}, bound: 3,
		setup: moreProcs, kind: sched.KindPanic, site: "throw", msg: "retake: allp[1] is nil",
	},
	{
		name: "no preemption while a P changes hands", cfg: Config{Procs: 3}, bound: 3,
		setup: readyAgainstStop,
	},
}

func TestWrongPrograms(t *testing.T) {
	for i := range wrongPrograms {
		p := &wrongPrograms[i]
		t.Run(p.name, func(t *testing.T) {
			r := p.run(t, sched.Options{})
			t.Logf("%d executions, %d steps, at most %d in one", r.Executions, r.Steps, r.MaxSteps)
			p.judge(t, r)
		})
	}
}
