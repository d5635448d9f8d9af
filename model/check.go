package model

import (
	"fmt"

	"lockheld/sched"
)

// The predicates of this file say what is wrong with the machine, "" if
// nothing. They are no steps and hold after every step; those that speak of
// lists that sched.lock protects pass while somebody holds it.

// Objects returns the objects whose steps can change what the predicates read,
// for [sched.Property.Each]: what belongs to a P or an M is handed over by steps
// that are in order, which the race checks of the Ps see to, and what belongs to
// the scheduler changes under sched.lock. The Ps that procresize deals again
// change at other steps too, but nobody else has a P then.
func (k *Machine) Objects() []sched.ObjID {
	ids := []sched.ObjID{k.schedLock.sm.ID(), k.gcwaiting.ID(), k.worldIsStopped.ID(), k.stopnote.ID()}
	for _, p := range k.allps {
		ids = append(ids, p.stealable.ID())
	}
	for _, m := range k.ms {
		ids = append(ids, m.park.ID())
	}
	return ids
}

// StopCounts returns the objects whose steps begin and end a stopped world.
func (k *Machine) StopCounts() []sched.ObjID {
	return []sched.ObjID{k.gcwaiting.ID(), k.worldIsStopped.ID()}
}

// CheckPLinks says whether Ms and Ps are linked to each other (P-PLINK): a P
// runs if and only if an M has it, the stopped P of the stopper apart, and
// nobody else has been promised it.
func (k *Machine) CheckPLinks() string {
	for _, p := range k.allps {
		if s := k.checkP(p); s != "" {
			return s
		}
	}
	for _, m := range k.ms {
		if m.p != nil && m.p.m != m {
			return fmt.Sprintf("%s has %s, which is %v and %s", m.name, m.p.name, m.p.status, ofM(m.p.m))
		}
	}
	return ""
}

func (k *Machine) checkP(p *P) string {
	owners := 0
	for _, m := range k.ms {
		if m.p == p {
			owners++
		}
		if m.nextp == p {
			owners++
			if p.status != Pidle || p.m != nil {
				return fmt.Sprintf("%s, promised to %s, is %v and %s", p.name, m.name, p.status, ofM(p.m))
			}
		}
	}
	if owners > 1 {
		return fmt.Sprintf("%s belongs to %d Ms", p.name, owners)
	}
	linked := p.m != nil && p.m.p == p
	switch {
	case p.status == Prunning && !linked:
		return fmt.Sprintf("%s is %v and %s, which does not have it", p.name, p.status, ofM(p.m))
	case p.status == Pgcstop && p.m != nil && p.m != k.s.stopper:
		return fmt.Sprintf("%s is %v and %s", p.name, p.status, ofM(p.m))
	case p.status != Prunning && p.status != Pgcstop && linked:
		return fmt.Sprintf("%s is %v and %s, which has it", p.name, p.status, ofM(p.m))
	}
	return ""
}

// CheckStopped says whether a stopped world is stopped (P-STW): no M but the
// stopper has a P, and every P is in Pgcstop until the stopper deals them again.
func (k *Machine) CheckStopped() string {
	if !k.s.stopped {
		return ""
	}
	st := k.s.stopper
	if st == nil {
		return "the world is stopped by nobody"
	}
	for _, m := range k.ms {
		if m != st && m.p != nil {
			return fmt.Sprintf("%s has %s while %s has stopped the world", m.name, m.p.name, st.name)
		}
	}
	if k.schedLock.HeldBy(st) {
		return ""
	}
	for _, p := range k.Ps() {
		if p.status != Pgcstop {
			return fmt.Sprintf("%s is %v while %s has stopped the world", p.name, p.status, st.name)
		}
	}
	return ""
}

// CheckStopCount says whether the count that assertions read is at most 1, and
// 1 while the world is stopped (P-STWFLAG).
func (k *Machine) CheckStopCount() string {
	switch n := k.worldIsStopped.Peek(); {
	case n > 1:
		return fmt.Sprintf("%d stops of the world at one time", int64(n))
	case n == 0 && k.s.stopped:
		return "the world is stopped and does not count as stopped"
	}
	return ""
}

// CheckStopwait says whether a stop of the world waits for exactly the Ps that
// have not stopped, and whether no P is stopped otherwise, which would be lost.
func (k *Machine) CheckStopwait() string {
	if k.schedLock.Held() {
		return ""
	}
	n := 0
	for _, p := range k.allps[:k.s.gomaxprocs] {
		if p.status != Pgcstop {
			n++
		} else if !k.Gcwaiting() {
			return fmt.Sprintf("%s is %v and no stop of the world is asked for", p.name, p.status)
		}
	}
	if k.Gcwaiting() && n != k.s.stopwait {
		return fmt.Sprintf("stopwait is %d and %d Ps have not stopped", k.s.stopwait, n)
	}
	return ""
}

// CheckIdle says whether the idle lists are what their counts say, no M waits
// while a P is idle, and no P is idle while a stop of the world is asked for.
func (k *Machine) CheckIdle() string {
	if k.schedLock.Held() {
		return ""
	}
	ps, ms := 0, 0
	for p := k.s.pidle; p != nil && ps <= len(k.allps); p = p.link {
		ps++
		if p.status != Pidle || p.m != nil {
			return fmt.Sprintf("%s is idle, %v and %s", p.name, p.status, ofM(p.m))
		}
	}
	for m := k.s.midle; m != nil && ms <= len(k.ms); m = m.schedlink {
		ms++
	}
	switch {
	case ps != k.s.npidle:
		return fmt.Sprintf("%d Ps are on the idle list, npidle is %d", ps, k.s.npidle)
	case ms != k.s.nmidle:
		return fmt.Sprintf("%d Ms wait for a P, nmidle is %d", ms, k.s.nmidle)
	case ps > 0 && ms > 0:
		return fmt.Sprintf("%s waits for a P while %s is idle", k.s.midle.name, k.s.pidle.name)
	case ps > 0 && k.Gcwaiting():
		return fmt.Sprintf("%s is idle while the world is being stopped", k.s.pidle.name)
	}
	return ""
}

// CheckDead says whether exactly the Ps from gomaxprocs on are dead, and belong
// to nobody (the part of P-PDEAD that is about the machine).
func (k *Machine) CheckDead() string {
	if k.schedLock.Held() {
		return ""
	}
	for i, p := range k.allps {
		if dead := i >= k.s.gomaxprocs; dead != (p.status == Pdead) {
			return fmt.Sprintf("%s is %v, gomaxprocs is %d", p.name, p.status, k.s.gomaxprocs)
		}
		if p.status == Pdead && p.m != nil {
			return fmt.Sprintf("%s is dead and %s", p.name, ofM(p.m))
		}
	}
	return ""
}

// CheckRestarter says whether an M that has started the world keeps its P until
// it has released worldsema.
func (k *Machine) CheckRestarter() string {
	for _, m := range k.ms {
		if m.restarter && m.p == nil {
			return fmt.Sprintf("%s has started the world and lost its P before it released worldsema", m.name)
		}
	}
	return ""
}
