package properties

import (
	"fmt"

	"lockheld/model"
	"lockheld/sched"
)

// watch installs the hooks that see the locks: they count, reach goals and
// check what concerns one lock operation. They are no steps.
func (s *stage) watch() {
	sched.Save(s.w, &s.cs)
	s.lock.Sched().SetHook(func(t *sched.Task, _ *sched.Mutex, e sched.LockEvent) {
		m := s.ms[t.ID()]
		switch e {
		case sched.LockWant:
			s.lockWanted(m)
		case sched.LockTaken:
			s.counts.holderP = m.P()
			if s.h != nil {
				s.sectionBegins(m)
			}
		case sched.LockRelease:
			s.counts.releases++
			if p := m.P(); p != s.counts.holderP && s.lock.HeldBy(m) {
				s.fail(m, nameNoPreempt, fmt.Sprintf("took the heap lock with %s and gives it back with %s", nameOfP(s.counts.holderP), nameOfP(p)))
			}
			if s.h != nil {
				s.sectionEnds(m)
			}
		}
	})
	if s.h == nil {
		return
	}
	if !s.k.Config().NoStops {
		s.k.SchedLock().Sched().SetHook(s.schedLock)
	}
	if s.goals[goalRotated] != nil || s.goals[goalRotatedNoP] != nil {
		s.h.StatsLock().SetHook(s.statsLock)
	}
	if s.goals[goalWoken] != nil {
		s.h.ScavengeLock().Sched().SetHook(s.scavengeLock)
	}
	if grow := s.k.Hooks.StackGrow; s.goals[goalStackContended] != nil {
		s.k.Hooks.StackGrow = func(m *model.M) {
			s.cs.growing = m
			grow(m)
			s.cs.growing = nil
		}
	}
}

func (s *stage) lockWanted(m *model.M) {
	holder := s.lock.Sched().Holder()
	if holder == nil || holder == m.T() {
		return
	}
	s.reach(goalContended)
	if s.cs.growing == m {
		s.reach(goalStackContended)
	}
	if s.k.Stopped() && s.k.Stopper() == m {
		s.fail(m, nameNoContend, "has stopped the world and waits for the heap lock, held by "+holder.Name())
	}
}

// schedLock is the hook of sched.lock.
func (s *stage) schedLock(t *sched.Task, _ *sched.Mutex, e sched.LockEvent) {
	m := s.ms[t.ID()]
	stopper := s.k.Stopper() == m
	switch {
	case e == sched.LockTaken && stopper && s.k.Stopped():
		s.cs.ps = s.lookAtPs()
	case e == sched.LockRelease && stopper && s.k.Gcwaiting():
		s.stopAsked(m)
	case e == sched.LockRelease && stopper:
		s.psResized()
	}
}

// psPast is what the Ps were when the world was about to be started.
type psPast struct{ dead, pages, spans uint64 }

func (s *stage) lookAtPs() (past psPast) {
	for i, pp := range s.k.AllPs() {
		if pp.Status() == model.Pdead && pp.Made() {
			past.dead |= 1 << i
		}
		if _, cache, _ := s.h.PageCache(i); cache != 0 {
			past.pages |= 1 << i
		}
		if s.h.CachedSpans(i) != 0 {
			past.spans |= 1 << i
		}
	}
	return past
}

// psResized reaches the goals about Ps that were destroyed or revived.
func (s *stage) psResized() {
	past := s.cs.ps
	for i, pp := range s.k.AllPs() {
		bit := uint64(1) << i
		dead := pp.Status() == model.Pdead && pp.Made()
		switch {
		case dead && past.dead&bit == 0:
			if past.pages&bit != 0 {
				s.reach(goalCacheDestroyed)
			}
			if past.spans&bit != 0 {
				s.reach(goalSpansDestroyed)
			}
		case !dead && past.dead&bit != 0:
			s.reach(goalRevival)
		}
	}
}

// stopAsked reaches the goals about what others do when m asks for a stop of
// the world.
func (s *stage) stopAsked(m *model.M) {
	if h := s.lock.Sched().Holder(); h != nil && h != m.T() {
		s.reach(goalStopInHeap)
	}
	if s.pages.OpenWindows() > 0 {
		s.reach(goalStopInWindow)
	}
	if s.waiting() {
		s.reach(goalStopBlocked)
	}
	for i, o := range s.k.Ms() {
		if _, n, _, freeing := s.h.Flight(i); n != 0 && !freeing && !s.lock.HeldBy(o) {
			s.reach(goalStopInFlight)
		}
	}
}

// statsLock is the hook of the lock of writers of statistics without a P.
func (s *stage) statsLock(t *sched.Task, l *sched.Mutex, e sched.LockEvent) {
	switch e {
	case sched.LockWant:
		if l.Holder() != nil && s.ms[t.ID()].P() == nil {
			s.reach(goalRotatedNoP)
		}
	case sched.LockTaken:
		s.cs.shard = s.h.StatsGen()
	case sched.LockRelease:
		for i := range s.k.AllPs() {
			if s.h.StatsGen() != s.cs.shard && s.h.StatsUpdating(i) {
				s.reach(goalRotated)
			}
		}
	}
}

// scavengeLock is the hook of scavenge.lock.
func (s *stage) scavengeLock(_ *sched.Task, _ *sched.Mutex, e sched.LockEvent) {
	switch e {
	case sched.LockTaken:
		s.cs.parked = s.h.ScavengerParked()
	case sched.LockRelease:
		if s.cs.parked && !s.h.ScavengerParked() {
			s.reach(goalWoken)
		}
	}
}

func nameOfP(p *model.P) string {
	if p == nil {
		return "no P"
	}
	return p.Name()
}
