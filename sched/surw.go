package sched

// surw is selectively uniform random walk: in each execution it chooses one
// object on which steps of several tasks conflict, and makes every order of the
// steps on that object equally likely; all other steps are chosen at random
// (Zhao, Wolff, Mathur and Roychoudhury, Selectively uniform concurrency
// testing, ASPLOS 2025, section 4).
//
// What a task does while it holds locks is ordered by the acquisition of the
// first of them. So that acquisition counts in the place of the steps on the
// object in the section that it begins, whose order nobody can choose any more.
// As for [urw], uniformity is exact if the numbers of steps of the profile are
// right and no task waits for anything but a lock that counts.
type surw struct {
	random
	learner
	chosen *objectUse // whose steps are counted, nil: none
	w      weights    // steps that count
	locks  [maxTasks]int8
	held   uint64 // tasks whose turn has not come
	turn   int    // task that makes the next step that counts, -1: not drawn
}

func newSURW(o *Options) Strategy {
	return &surw{random: random{seed: o.Seed}, learner: learner{index: map[ObjID]int{}}}
}

func (s *surw) Next(r *Result) (Schedule, bool) { return nextOf(s, r) }

func (s *surw) learn(r *Result) {
	if profiled(s.made - 1) {
		s.learner.learn(r.Log)
	}
}

func (s *surw) teaches(i uint64) uint64 { return nextProfiled(i) }

func (s *surw) begin() {
	s.random.begin()
	if s.aged {
		s.order()
	}
	s.chosen, s.held, s.turn = nil, 0, -1
	s.locks = [maxTasks]int8{}
	if len(s.ordered) > 0 {
		s.chosen = &s.uses[s.ordered[s.below(len(s.ordered))]]
		s.weigh(s.chosen, &s.w)
		s.w.begin()
	}
}

func (s *surw) Pick(v *View) int {
	if n := len(v.Log); n > 0 {
		s.follow(&v.Log[n-1])
	}
	for {
		free := v.Enabled &^ s.held
		if free == 0 {
			if t, ok := s.overdue(v); ok {
				return t
			}
			continue
		}
		t := s.uniform(v, free)
		if !s.counted(v, t) {
			return t
		}
		if s.turn < 0 {
			s.turn = s.draw(v)
		}
		if s.turn == t || s.turn < 0 {
			s.count(t)
			return t
		}
		s.held |= 1 << uint(t)
	}
}

// follow notes what the last step was.
func (s *surw) follow(last *Step) {
	s.locks[last.Task] += lockChange(last)
	if last.Kind == OpSpawn {
		s.spawn(last)
	}
}

// overdue is what happens when every task that can move is held for the sake
// of one that cannot. If that one has ended, another draw is due, otherwise one
// of the held tasks moves.
func (s *surw) overdue(v *View) (t int, ok bool) {
	s.held = 0
	if s.turn >= 0 && v.Parked()&(1<<uint(s.turn)) == 0 {
		s.w.left[s.turn] = 0
		s.turn = -1
		return 0, false
	}
	t = s.weighted(v, v.Enabled, &s.w)
	s.count(t)
	return t, true
}

// spawn moves the steps of a task from the one that has started it to itself,
// and with them the turn.
func (s *surw) spawn(st *Step) {
	child, ok := spawned(st)
	if !ok {
		return
	}
	had := s.w.left[st.Task]
	s.w.spawn(st)
	if n := s.w.left[child]; s.turn == int(st.Task) && n > 0 && int64(s.below(int(max(had, n)))) < n {
		s.turn = child
	}
}

// counted reports whether the next step of t counts.
func (s *surw) counted(v *View, t int) bool {
	return s.chosen != nil && s.locks[t] == 0 && s.counts(s.chosen, v.Pending(t))
}

// count notes that t makes a step that counts.
func (s *surw) count(t int) {
	s.w.left[t] = max(s.w.left[t]-1, 0)
	s.held, s.turn = 0, -1
}

// draw chooses the task that makes the next step that counts, with probability
// proportional to those that each has left; -1 if none is known to have any.
func (s *surw) draw(v *View) int {
	var sum int64
	for _, t := range v.w.created {
		sum += s.w.left[t.index]
	}
	if sum == 0 {
		return -1
	}
	x := int64(s.below(int(sum)))
	for _, t := range v.w.created {
		if x -= s.w.left[t.index]; x < 0 {
			return t.index
		}
	}
	panic("sched: a draw beyond the sum of the weights")
}

// lockChange returns by how much a step changes the number of locks that its
// task holds.
func lockChange(s *Step) int8 {
	switch s.Kind {
	case OpLock, OpRLock, OpWLock, OpCondWake:
		return 1
	case OpTryLock:
		if s.OK {
			return 1
		}
	case OpUnlock, OpRUnlock, OpWUnlock, OpCondWait:
		return -1
	}
	return 0
}
