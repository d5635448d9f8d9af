package model

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"lockheld/sched"
)

// message runs f and returns what it panics with, "" if it does not.
func message(f func()) (s string) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *sched.Violation:
			s = r.Error()
		default:
			s = fmt.Sprint(r)
		}
	}()
	f()
	return ""
}

// TestMisuse gives each bad input that is refused with one line.
func TestMisuse(t *testing.T) {
	for _, c := range []struct {
		name string
		want string
		do   func(k *Machine, m *M)
	}{
		{"config", "model: Config: MinProcs 3 <= Procs 2 <= MaxProcs 2 does not hold",
			func(k *Machine, m *M) { New(sched.NewDirectWorld(), Config{Procs: 2, MinProcs: 3}) }},
		{"too few Ps for the maximum", "MaxProcs 1",
			func(k *Machine, m *M) { New(sched.NewDirectWorld(), Config{Procs: 2, MaxProcs: 1}) }},
		{"no stops", "whose Config says NoStops",
			func(*Machine, *M) {
				k := New(sched.NewDirectWorld(), Config{NoStops: true})
				k.DirectM("b").StopTheWorldWithSema()
			}},
		{"number of Ps", "model: 2 Ps: the Config allows 1 to 1",
			func(k *Machine, m *M) { userStack(m, m.AcquireWorldsema); k.SetNewprocs(m, 2) }},
		{"newprocs", "panic throw: newprocs set without worldsema", func(k *Machine, m *M) { k.SetNewprocs(m, 1) }},
		{"releasem", "panic throw: releasem: m.locks is 0", func(k *Machine, m *M) { m.ReleaseM() }},
		{"rank", "model: lock l: no such rank: 77", func(k *Machine, m *M) { NewMutex(k, "l", 77) }},
		{"throw", "panic throw: bad 7", func(k *Machine, m *M) { m.Throw("bad %d", 7) }},
	} {
		k, m := BareM("a")
		if got := message(func() { c.do(k, m) }); !strings.Contains(got, c.want) || strings.Contains(got, "\n") {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestPreemptible says where an M may lose its P.
func TestPreemptible(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(m *M)
		want bool
	}{
		{"user stack", func(m *M) {}, true},
		{"system stack", func(m *M) { m.g0 = true }, false},
		{"acquirem", func(m *M) { m.AcquireM() }, false},
		{"acquirem and releasem", func(m *M) { m.AcquireM(); m.ReleaseM() }, true},
		{"runtime lock", func(m *M) { m.Lock(m.k.allpLock) }, false},
		{"lock and unlock", func(m *M) { m.Lock(m.k.allpLock); m.Unlock(m.k.allpLock) }, true},
		{"mallocing", func(m *M) { m.SetMallocing(true) }, false},
		{"preemptoff", func(m *M) { m.SetPreemptoff("test") }, false},
		{"no P", func(m *M) { m.releasep() }, false},
		{"P not running", func(m *M) { m.p.setStatus(m, Pgcstop) }, false},
	} {
		_, m := BareM("a")
		m.g0 = false
		c.do(m)
		if got := m.Preemptible(); got != c.want {
			t.Errorf("%s: %t, want %t", c.name, got, c.want)
		}
	}
}

// TestSystemstackNests says that the stack is that of before afterwards.
func TestSystemstackNests(t *testing.T) {
	_, m := BareM("a")
	m.g0 = false
	var seen []bool
	look := func() { seen = append(seen, m.OnSystemStack()) }
	m.Systemstack(func() {
		look()
		m.Systemstack(look)
		look()
	})
	look()
	if got := fmt.Sprint(seen); got != "[true true true false]" {
		t.Errorf("on the system stack: %s, want [true true true false]", got)
	}
}

// TestNonPreemptible says that an M that is not preemptible passes a safepoint
// while a stop of the world waits for it.
func TestNonPreemptible(t *testing.T) {
	p := &program{name: "acquirem", cfg: Config{Procs: 2}, setup: func(k *Machine) {
		passed := k.World().Sometimes("b passes a safepoint while it is waited for")
		k.NewM("a", func(m *M) { stopOnce(m, nil) })
		k.NewM("b", func(m *M) {
			m.AcquireM()
			m.Safepoint()
			m.T().Yield()
			if k.Gcwaiting() {
				passed.Reach()
			}
			if k.Stopped() {
				m.Throw("the world is stopped and b runs")
			}
			m.ReleaseM()
		})
	}}
	p.judge(t, p.run(t, sched.Options{}))
}

// TestCoverageAcrossExecutions says that counts go on over executions and
// machines that share them.
func TestCoverageAcrossExecutions(t *testing.T) {
	c := new(Coverage)
	p := &program{name: "stop", cfg: Config{Coverage: c}, setup: func(k *Machine) {
		k.NewM("a", func(m *M) { stopOnce(m, nil); stopOnce(m, nil) })
	}}
	for range 2 {
		if _, err := sched.Explore(context.Background(), p.compile(nil), sched.Options{Preemptions: -1, Recheck: -1}); err != nil {
			t.Fatal(err)
		}
	}
	for s, want := range map[Site]int64{SiteStartTheWorldEntry: 4, SiteWorldStopped: 4, SiteStopLocks: 4, SiteMput: 0} {
		if got := c.Reached(s); got != want {
			t.Errorf("%s: reached %d times, want %d", s, got, want)
		}
	}
	if s := c.Sites(); len(s) == 0 || !strings.Contains(fmt.Sprint(s), "worldStopped/count") {
		t.Errorf("sites that were reached: %v", s)
	}
}
