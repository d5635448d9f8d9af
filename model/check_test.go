package model

import (
	"strings"
	"testing"

	"lockheld/sched"
)

// TestPredicatesFail breaks the state of a machine of three Ps and two Ms in
// one way each.
func TestPredicatesFail(t *testing.T) {
	for _, c := range []struct {
		name  string
		check func(*Machine) string
		do    func(k *Machine, a, b *M)
		want  string
	}{
		{"links/ok", (*Machine).CheckPLinks, func(k *Machine, a, b *M) {}, ""},
		{"links/runs without M", (*Machine).CheckPLinks, func(k *Machine, a, b *M) { a.p = nil }, "P0 is Prunning and with a, which does not have it"},
		{"links/two Ms", (*Machine).CheckPLinks, func(k *Machine, a, b *M) { b.p = a.p }, "P0 belongs to 2 Ms"},
		{"links/one way", (*Machine).CheckPLinks, func(k *Machine, a, b *M) { a.p.status, a.p.m = Pidle, nil }, "a has P0, which is Pidle and without M"},
		{"links/linked and in a call", (*Machine).CheckPLinks, func(k *Machine, a, b *M) { a.p.status = Psyscall }, "P0 is Psyscall and with a, which has it"},
		{"links/stopped with M", (*Machine).CheckPLinks, func(k *Machine, a, b *M) { a.p.status = Pgcstop }, "P0 is Pgcstop and with a"},
		{"links/promised", (*Machine).CheckPLinks, func(k *Machine, a, b *M) { b.p.m = nil; b.p.status = Pdead; b.nextp = b.p; b.p = nil }, "P1, promised to b, is Pdead"},
		{"stopped/ok", (*Machine).CheckStopped, func(k *Machine, a, b *M) { stopFor(k, a, b) }, ""},
		{"stopped/nobody", (*Machine).CheckStopped, func(k *Machine, a, b *M) { k.s.stopped = true }, "the world is stopped by nobody"},
		{"stopped/other M", (*Machine).CheckStopped, func(k *Machine, a, b *M) { k.s.stopped, k.s.stopper = true, a }, "b has P1 while a has stopped the world"},
		{"stopped/status", (*Machine).CheckStopped, func(k *Machine, a, b *M) { stopFor(k, a, b); k.allps[2].status = Pidle }, "P2 is Pidle while a has stopped the world"},
		{"stopcount/ok", (*Machine).CheckStopCount, func(k *Machine, a, b *M) { stopFor(k, a, b) }, ""},
		{"stopcount/two", (*Machine).CheckStopCount, func(k *Machine, a, b *M) { k.worldIsStopped.Poke(2) }, "2 stops of the world at one time"},
		{"stopcount/none", (*Machine).CheckStopCount, func(k *Machine, a, b *M) { k.s.stopped = true }, "the world is stopped and does not count as stopped"},
		{"stopwait/ok", (*Machine).CheckStopwait, func(k *Machine, a, b *M) { k.gcwaiting.Poke(1); k.s.stopwait = 3 }, ""},
		{"stopwait/lost", (*Machine).CheckStopwait, func(k *Machine, a, b *M) { k.gcwaiting.Poke(1); k.s.stopwait = 2 }, "stopwait is 2 and 3 Ps have not stopped"},
		{"stopwait/no stop", (*Machine).CheckStopwait, func(k *Machine, a, b *M) { k.allps[1].status = Pgcstop }, "P1 is Pgcstop and no stop of the world is asked for"},
		{"idle/ok", (*Machine).CheckIdle, func(k *Machine, a, b *M) {}, ""},
		{"idle/count of Ps", (*Machine).CheckIdle, func(k *Machine, a, b *M) { k.s.npidle = 2 }, "1 Ps are on the idle list, npidle is 2"},
		{"idle/count of Ms", (*Machine).CheckIdle, func(k *Machine, a, b *M) { k.s.nmidle = 1 }, "0 Ms wait for a P, nmidle is 1"},
		{"idle/state", (*Machine).CheckIdle, func(k *Machine, a, b *M) { k.allps[2].status = Pgcstop }, "P2 is idle, Pgcstop and without M"},
		{"idle/waits", (*Machine).CheckIdle, func(k *Machine, a, b *M) { k.s.midle, k.s.nmidle = b, 1 }, "b waits for a P while P2 is idle"},
		{"idle/stop", (*Machine).CheckIdle, func(k *Machine, a, b *M) { k.gcwaiting.Poke(1) }, "P2 is idle while the world is being stopped"},
		{"dead/ok", (*Machine).CheckDead, func(k *Machine, a, b *M) {}, ""},
		{"dead/in use", (*Machine).CheckDead, func(k *Machine, a, b *M) { k.allps[2].status = Pdead }, "P2 is Pdead, gomaxprocs is 3"},
		{"dead/not", (*Machine).CheckDead, func(k *Machine, a, b *M) { k.s.gomaxprocs = 2 }, "P2 is Pidle, gomaxprocs is 2"},
		{"dead/linked", (*Machine).CheckDead, func(k *Machine, a, b *M) { k.allps[3].m = b }, "P3 is dead and with b"},
		{"restarter/ok", (*Machine).CheckRestarter, func(k *Machine, a, b *M) { a.restarter = true }, ""},
		{"restarter/preempted", (*Machine).CheckRestarter, func(k *Machine, a, b *M) { b.restarter, b.p = true, nil }, "b has started the world and lost its P"},
	} {
		k := New(sched.NewDirectWorld(), Config{Procs: 3, MaxProcs: 4})
		a, b := k.DirectM("a"), k.DirectM("b")
		c.do(k, a, b)
		got := c.check(k)
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// stopFor makes the machine as a stop of the world by a leaves it.
func stopFor(k *Machine, a, b *M) {
	k.s.stopped, k.s.stopper = true, a
	k.worldIsStopped.Poke(1)
	b.p.m, b.p = nil, nil
	for _, p := range k.Ps() {
		p.status = Pgcstop
	}
}
