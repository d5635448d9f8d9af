package model

import (
	"strings"
	"testing"

	"lockheld/sched"
)

// violationOf runs f on a direct M and returns the violation that ends it.
func violationOf(t *testing.T, f func()) (v *sched.Violation) {
	t.Helper()
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		w, ok := r.(*sched.Violation)
		if !ok {
			panic(r)
		}
		v = w
	}()
	f()
	return nil
}

// siteFailures fails each assertion point of the machine once.
var siteFailures = []struct {
	site Site
	kind sched.Kind
	cfg  Config
	msg  string
	do   func(k *Machine, m *M)
}{
	{SiteStartTheWorldEntry, sched.KindAssertion, Config{}, "a relies on a stopped world; it holds no lock; the world is not stopped",
		func(k *Machine, m *M) { m.StartTheWorldWithSema() }},
	{SiteWorldStopped, sched.KindAssertion, Config{}, "makes 2 stops", func(k *Machine, m *M) { m.WorldStopped(); m.WorldStopped() }},
	{SiteWorldStarted, sched.KindAssertion, Config{}, "leaves -1 stops", func(k *Machine, m *M) { m.WorldStarted() }},
	{SiteCheckWorldStopped, sched.KindAssertion, Config{}, "finds 2 stops", func(k *Machine, m *M) {
		k.worldIsStopped.Poke(2)
		m.AssertWorldStopped("test/stopped")
	}},
	{SiteMput, sched.KindAssertion, Config{}, "does not hold sched.lock; it holds no lock", func(k *Machine, m *M) { m.mput(m) }},
	{SiteMget, sched.KindAssertion, Config{}, "does not hold sched.lock", func(k *Machine, m *M) { m.mget() }},
	{SitePidleput, sched.KindAssertion, Config{}, "does not hold sched.lock", func(k *Machine, m *M) { m.pidleput(m.p) }},
	{SitePidleget, sched.KindAssertion, Config{}, "does not hold sched.lock; it holds allpLock", func(k *Machine, m *M) {
		m.Lock(k.allpLock)
		m.pidleget()
	}},
	{SiteStopLocks, sched.KindAssertion, Config{}, "stops the world with m.locks = 1, holding heap", func(k *Machine, m *M) {
		userStack(m, m.AcquireWorldsema)
		m.Lock(NewMutex(k, "heap", RankMheap))
		m.StopTheWorldWithSema()
	}},
	{SiteScheduleLocks, sched.KindAssertion, Config{}, "gives its P away with m.locks = 1, holding heap", func(k *Machine, m *M) {
		m.Lock(NewMutex(k, "heap", RankMheap))
		m.Park(nil)
	}},
	{SiteWirep, sched.KindAssertion, Config{Procs: 2}, "a is wired to P0 and gets P1", func(k *Machine, m *M) { m.acquirep(k.allps[1]) }},
	{SiteWirep, sched.KindAssertion, Config{}, "gets P0, which is Pgcstop and without M", func(k *Machine, m *M) {
		p := m.releasep()
		p.setStatus(m, Pgcstop)
		m.acquirep(p)
	}},
	{SiteReleasep, sched.KindAssertion, Config{}, "has no P", func(k *Machine, m *M) { m.releasep(); m.releasep() }},
	{SiteReleasep, sched.KindAssertion, Config{}, "releases P0, which is Pidle and with a", func(k *Machine, m *M) {
		m.p.setStatus(m, Pidle)
		m.releasep()
	}},
	{SiteGcstopm, sched.KindAssertion, Config{}, "no stop of the world is asked for", func(k *Machine, m *M) { m.gcstopm() }},
	{SiteStopCheck, sched.KindAssertion, Config{}, "stopwait = 1", func(k *Machine, m *M) { k.s.stopwait = 1; m.checkStopped() }},
	{SiteStopCheck, sched.KindAssertion, Config{}, "P0 in Prunning", func(k *Machine, m *M) { m.checkStopped() }},
	{SiteStartm, sched.KindAssertion, Config{Procs: 2}, "gives P1 to a, which has been given P1", func(k *Machine, m *M) {
		m.startm(m, k.allps[1])
		m.startm(m, k.allps[1])
	}},
	{SiteRank, sched.KindAssertion, Config{}, "acquires sched.lock while holding heap: rank inversion: sched is before mheap in the lock order",
		func(k *Machine, m *M) {
			m.Lock(NewMutex(k, "heap", RankMheap))
			m.Lock(k.schedLock)
		}},
	{SiteRank, sched.KindAssertion, Config{}, "missing edge: the lock order does not list mheapSpecial directly under mheap", func(k *Machine, m *M) {
		m.Lock(NewMutex(k, "heap", RankMheap))
		m.Lock(NewMutex(k, "speciallock", RankMheapSpecial))
	}},
	{SiteRank, sched.KindAssertion, Config{}, "acquires heap while holding trace: missing edge", func(k *Machine, m *M) {
		m.Lock(NewMutex(k, "trace", RankTrace))
		m.LockWithRankMayAcquire(NewMutex(k, "heap", RankMheap))
	}},
	{SiteLockLimit, sched.KindAssertion, Config{}, "as its lock number 11", func(k *Machine, m *M) {
		for range maxLocksHeld + 1 {
			m.Lock(NewMutex(k, "timers", RankTimers))
		}
	}},
	{SiteUnlockHeld, sched.KindMisuse, Config{}, "releases sched.lock, which it does not hold; it holds no lock",
		func(k *Machine, m *M) { m.Unlock(k.schedLock) }},
	{SiteUnlockHeld, sched.KindMisuse, Config{}, "releases rank sysmon, which it does not hold",
		func(k *Machine, m *M) { m.ReleaseLockRank(RankSysmon) }},
	{SiteLockSystemStack, sched.KindAssertion, Config{}, "acquires heap on a user stack",
		func(k *Machine, m *M) { userStack(m, func() { m.Lock(NewMutex(k, "heap", RankMheap)) }) }},
	{SiteStopStack, sched.KindAssertion, Config{}, "is on a user stack", func(k *Machine, m *M) { userStack(m, m.StopTheWorldWithSema) }},
	{SiteStopSema, sched.KindAssertion, Config{}, "without worldsema", func(k *Machine, m *M) { m.StopTheWorldWithSema() }},
	{SiteStartStack, sched.KindAssertion, Config{}, "is on a user stack", func(k *Machine, m *M) { userStack(m, m.StartTheWorldWithSema) }},
	{SiteSemacquireStack, sched.KindAssertion, Config{}, "waits for worldsema on its system stack", func(k *Machine, m *M) { m.AcquireWorldsema() }},
	{SiteSemacquireLocks, sched.KindAssertion, Config{}, "waits for gcsema with m.locks = 1, holding sched.lock", func(k *Machine, m *M) {
		m.Lock(k.schedLock)
		userStack(m, m.AcquireGcsema)
	}},
	{SiteEnterSyscall, sched.KindAssertion, Config{}, "system stack true, P true", func(k *Machine, m *M) { m.EnterSyscall() }},
	{SiteAllp, sched.KindAssertion, Config{}, "reads allp without a P; it holds no lock", func(k *Machine, m *M) {
		m.releasep()
		k.Allp(m)
	}},
	{SiteExitLocks, sched.KindAssertion, Config{}, "ends with m.locks = 1, holding heap", func(k *Machine, m *M) {
		m.Lock(NewMutex(k, "heap", RankMheap))
		m.goexit()
	}},
	{SiteStopper, sched.KindAssertion, Config{Procs: 2, StrictStopper: true}, "relies on a stop of the world by b", func(k *Machine, m *M) {
		k.DirectM("b").WorldStopped()
		m.AssertWorldStopped("test/stopped")
	}},
}

// userStack runs f on the user stack of a direct M.
func userStack(m *M, f func()) {
	m.g0 = false
	f()
	m.g0 = true
}

func TestSitesFail(t *testing.T) {
	failed := map[Site]bool{}
	for _, c := range siteFailures {
		k := New(sched.NewDirectWorld(), c.cfg)
		m := k.DirectM("a")
		v := violationOf(t, func() { c.do(k, m) })
		if v == nil {
			t.Errorf("%s: nothing found", c.site)
			continue
		}
		if v.Kind != c.kind || v.Site != string(c.site) || !strings.Contains(v.Message, c.msg) {
			t.Errorf("%s: %v\nwant %v: ...%s...", c.site, v.Error(), c.kind, c.msg)
		}
		if k.Reached(c.site) == 0 {
			t.Errorf("%s: failed without being counted", c.site)
		}
		failed[c.site] = true
	}
	for _, e := range Sites() {
		if !failed[e.Site] {
			t.Errorf("%s: no program fails it", e.Site)
		}
	}
}

func TestSiteTable(t *testing.T) {
	seen := map[Site]bool{}
	for _, e := range Sites() {
		if e.Site == "" || e.Function == "" || e.Sentence == "" || e.Kind.String() == "unknown" {
			t.Errorf("incomplete entry %+v", e)
		}
		if seen[e.Site] {
			t.Errorf("%s is listed twice", e.Site)
		}
		seen[e.Site] = true
	}
}

func TestAssertions(t *testing.T) {
	const s Site = "test/site"
	type world struct {
		k *Machine
		m *M
		l *Mutex
	}
	held := func(w *world) { w.m.Lock(w.l) }
	heldByOther := func(w *world) { w.k.DirectM("b").Lock(w.l) }
	free := func(w *world) {}
	stopped := func(w *world) { w.m.WorldStopped() }
	stoppedByOther := func(w *world) { w.k.DirectM("b").WorldStopped() }
	lock := func(w *world) { w.m.AssertLockHeld(w.l, s) }
	notLock := func(w *world) { w.m.AssertLockNotHeld(w.l, s) }
	stop := func(w *world) { w.m.AssertWorldStopped(s) }
	either := func(w *world) { w.m.AssertWorldStoppedOrLockHeld(w.l, s) }
	user := func(w *world) { userStack(w.m, func() { w.m.AssertSystemStack(s) }) }
	system := func(w *world) { w.m.AssertSystemStack(s) }
	for _, c := range []struct {
		name   string
		before func(*world)
		assert func(*world)
		want   string // part of the message, "" if the assertion passes
	}{
		{"lock/held", held, lock, ""},
		{"lock/free", free, lock, "a does not hold heap; it holds no lock; the world is not stopped"},
		{"lock/other", heldByOther, lock, "a does not hold heap; it holds no lock"},
		{"lock/stopped", stopped, lock, "a does not hold heap; it holds no lock; the world is stopped by a"},
		{"not/held", held, notLock, "a must not hold heap; it holds heap"},
		{"not/other", heldByOther, notLock, ""},
		{"not/free", free, notLock, ""},
		{"stop/stopped", stopped, stop, ""},
		{"stop/other", stoppedByOther, stop, ""},
		{"stop/held", held, stop, "a relies on a stopped world; it holds heap; the world is not stopped"},
		{"either/stopped", stopped, either, ""},
		{"either/other", stoppedByOther, either, ""},
		{"either/held", held, either, ""},
		{"either/free", free, either, "a does not hold heap; it holds no lock; the world is not stopped"},
		{"stack/user", free, user, "a is on a user stack"},
		{"stack/system", free, system, ""},
	} {
		k := New(sched.NewDirectWorld(), Config{Procs: 2})
		w := &world{k: k, m: k.DirectM("a"), l: NewMutex(k, "heap", RankMheap)}
		c.before(w)
		v := violationOf(t, func() { c.assert(w) })
		switch {
		case (v == nil) != (c.want == ""):
			t.Errorf("%s: violation %v, want %q", c.name, v, c.want)
		case v != nil && (v.Kind != sched.KindAssertion || v.Site != string(s) || !strings.Contains(v.Message, c.want)):
			t.Errorf("%s: %v, want %q", c.name, v.Error(), c.want)
		}
		if k.Reached(s) != 1 {
			t.Errorf("%s: counted %d times, want 1", c.name, k.Reached(s))
		}
	}
}

// TestChecksOff shows that a check that is off lets the program go on.
func TestChecksOff(t *testing.T) {
	for _, c := range []struct {
		name string
		off  Checks
		do   func(k *Machine, m *M)
	}{
		{"rank", CheckRank, func(k *Machine, m *M) {
			m.Lock(NewMutex(k, "heap", RankMheap))
			m.Lock(k.schedLock)
		}},
		{"system stack", CheckSystemStack, func(k *Machine, m *M) {
			userStack(m, func() { m.AssertSystemStack("test/stack"); m.Lock(NewMutex(k, "heap", RankMheap)) })
		}},
		{"worldsema", CheckWorldsema, func(k *Machine, m *M) { m.StopTheWorldWithSema() }},
		{"locks", CheckLocks | CheckWorldsema, func(k *Machine, m *M) {
			m.Lock(k.allpLock)
			m.Unlock(k.allpLock)
			m.AcquireM()
			m.StopTheWorldWithSema()
		}},
	} {
		k := New(sched.NewDirectWorld(), Config{Off: c.off})
		if v := violationOf(t, func() { c.do(k, k.DirectM("a")) }); v != nil {
			t.Errorf("%s: %v", c.name, v.Error())
		}
	}
}
