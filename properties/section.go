package properties

import "lockheld/model"

// A section is what is remembered of the present critical section of the heap
// lock, to tell at its end what was done in it.
type section struct {
	open     bool // taken in the world that is explored
	gen      uint32
	bytes    uint64 // in use
	curBase  uint64
	curLimit uint64
	lwm      uint64
	scav     uint64 // bytes left to scavenge
	spans    int    // span objects in use by spanalloc
	goal     uint64
	inuse    uint64 // pages of heap spans
	cache    bool   // the M's page cache has pages
	closing  bool   // the section began by closing a window of the M

	phase   uint32 // sweep generation in which a scavenge generation started last
	started bool   // one has

	searching *model.M // the last M that opened a window
	growing   *model.M // is growing its stack
	freeing   *model.M // shall leave nothing to scavenge (P-FREEOS)
	reclaims  uint64   // Ms inside reclaim, by id
	reclaimer *model.M // has dropped the lock to sweep
	ps        psPast
	shard     uint64
	parked    bool
}

// sectionBegins is called when m has taken the heap lock.
func (s *stage) sectionBegins(m *model.M) {
	c, p := &s.cs, s.pages
	c.open = true
	c.gen, c.bytes = p.ScavGen(), p.RangeBytes()
	c.lwm, c.scav = p.ScavLWM(), p.ScavBytes()
	c.goal, c.inuse = s.h.ScavengeGoal(), s.h.PagesInUse()
	c.curBase, c.curLimit = s.h.CurArena()
	c.spans = s.h.SpansInUse()
	c.cache = s.cacheFull(m)
	mine := c.searching == m
	c.closing = mine
	if mine {
		c.searching = nil
	}
	if windows := p.OpenWindows(); windows > 1 || windows > 0 && !mine {
		s.reach(goalWindowUsed)
	}
	if c.reclaimer != nil && c.reclaimer != m {
		s.reach(goalReclaimRelock)
	}
	if c.reclaimer == m {
		c.reclaimer = nil
	}
}

// sectionEnds is called when m is about to give the heap lock back.
func (s *stage) sectionEnds(m *model.M) {
	c, p := &s.cs, s.pages
	if !c.open {
		return
	}
	c.open = false
	others := p.OpenWindows()
	if s.opensWindow(m) {
		others--
		s.reach(goalWindowEntered)
		if c.closing && p.ScavBytes() == c.scav && p.ScavLWM() == c.lwm && p.ScavGen() == c.gen {
			s.reach(goalFooled)
		}
		c.searching = m
	}
	if c.freeing == m && !s.opensWindow(m) {
		s.allGivenBack(m)
	}
	s.sectionGrew(c)
	if p.ScavGen() != c.gen {
		s.startedGeneration(others)
	}
	if others > 0 && s.h.PagesInUse() < c.inuse {
		s.reach(goalFreedInWindow)
	}
	if !c.cache && s.cacheFull(m) && s.waiting() {
		s.reach(goalRefillContended)
	}
	if s.h.SpansInUse() < c.spans {
		s.reach(goalOverflow)
	}
	s.sectionPaced(c, others)
	s.sectionReclaimed(c, m)
}

// opensWindow reports whether m, which is about to give the lock back, does so
// to search without it: it has reserved memory.
func (s *stage) opensWindow(m *model.M) bool {
	base, limit, _ := s.pages.Reservation(m.ID())
	return base < limit && s.pages.OpenWindows() > 0
}

// sectionGrew reaches the goals about growth.
func (s *stage) sectionGrew(c *section) {
	if s.pages.RangeBytes() == c.bytes {
		return
	}
	s.reach(goalGrowth)
	if base, _ := s.h.CurArena(); c.curBase < c.curLimit && (base < c.curBase || base > c.curLimit) {
		s.reach(goalGrowthMoves)
	}
	if s.pages.ScavLWM() != c.lwm {
		s.reach(goalGrowthScavenges)
	}
}

// startedGeneration reaches the goals about generations; windows are those of
// other Ms.
func (s *stage) startedGeneration(windows int) {
	s.reach(goalGeneration)
	if windows > 0 {
		s.reach(goalGenerationInWindow)
	}
	if s.cs.phase == s.h.Sweepgen() && s.cs.started {
		s.reach(goalGenerationTwice)
	}
	s.cs.phase, s.cs.started = s.h.Sweepgen(), true
	if s.goals[goalDoneEarly] != nil && s.unswept() != "" {
		s.reach(goalDoneEarly)
	}
}

// sectionPaced reaches the goals about pacing.
func (s *stage) sectionPaced(c *section, windows int) {
	if s.h.ScavengeGoal() == c.goal {
		return
	}
	if windows > 0 {
		s.reach(goalPaceInWindow)
	}
	if s.waiting() {
		s.reach(goalPaceContended)
	}
}

// sectionReclaimed reaches the goals about the page reclaimer.
func (s *stage) sectionReclaimed(c *section, m *model.M) {
	if s.h.ReclaimCredit() > 0 {
		s.reach(goalCredit)
	}
	if c.reclaims>>uint(m.ID())&1 == 0 {
		return
	}
	if s.h.PagesInUse() < c.inuse {
		s.reach(goalReclaimFrees)
	}
	c.reclaimer = m
}

// cacheFull reports whether the page cache of m's P has pages.
func (s *stage) cacheFull(m *model.M) bool {
	if m.P() == nil {
		return false
	}
	_, cache, _ := s.h.PageCache(m.P().ID)
	return cache != 0
}

// waiting reports whether an M waits for the heap lock.
func (s *stage) waiting() bool {
	id := s.lock.Sched().ID()
	for _, m := range s.k.Ms() {
		if _, obj := m.T().Pending(); obj == id && m.T().Blocked() {
			return true
		}
	}
	return false
}
