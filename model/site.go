package model

// Site is the id of an assertion point, such as "flush/entry". A violation
// carries the site at which it was found.
type Site string

// SiteKind says what an assertion point requires.
type SiteKind uint8

// Kinds of assertion points.
const (
	NeedsLock        SiteKind = iota + 1 // the calling M holds a lock
	NeedsNoLock                          // the calling M does not hold a lock, or holds none
	NeedsStop                            // the world is stopped
	NeedsStopOrLock                      // either of the two
	NeedsSystemStack                     // the M is on its system stack
	NeedsOrder                           // the lock order allows the acquire
	NeedsState                           // anything else
)

var siteKindNames = [...]string{
	NeedsLock: "lock", NeedsNoLock: "no lock", NeedsStop: "stop", NeedsStopOrLock: "stop or lock",
	NeedsSystemStack: "system stack", NeedsOrder: "lock order", NeedsState: "state",
}

// String returns the word that listings use for k.
func (k SiteKind) String() string {
	if int(k) < len(siteKindNames) && siteKindNames[k] != "" {
		return siteKindNames[k]
	}
	return "unknown"
}

// SiteEntry describes an assertion point.
type SiteEntry struct {
	Site     Site
	Function string // the runtime function that the point stands in
	Kind     SiteKind
	Sentence string // what is required, for a reader
	Runtime  bool   // the point exists in Go 1.16; otherwise it is the checker's own
}

// The assertion points of the machine.
const (
	SiteStartTheWorldEntry Site = "startTheWorld/entry"
	SiteWorldStopped       Site = "worldStopped/count"
	SiteWorldStarted       Site = "worldStarted/count"
	SiteCheckWorldStopped  Site = "checkWorldStopped/count"
	SiteMput               Site = "mput/entry"
	SiteMget               Site = "mget/entry"
	SitePidleput           Site = "pidleput/entry"
	SitePidleget           Site = "pidleget/entry"
	SiteStopLocks          Site = "stopTheWorld/locks"
	SiteScheduleLocks      Site = "schedule/locks"
	SiteWirep              Site = "wirep/entry"
	SiteReleasep           Site = "releasep/entry"
	SiteGcstopm            Site = "gcstopm/entry"
	SiteStopCheck          Site = "stopTheWorld/check"
	SiteStartm             Site = "startm/nextp"
	SiteRank               Site = "rank"
	SiteLockLimit          Site = "lock/limit"
	SiteUnlockHeld         Site = "unlock/held"
	SiteLockSystemStack    Site = "lock/systemstack"
	SiteStopStack          Site = "stopTheWorld/systemstack"
	SiteStopSema           Site = "stopTheWorld/worldsema"
	SiteStartStack         Site = "startTheWorld/systemstack"
	SiteSemacquireStack    Site = "semacquire/stack"
	SiteSemacquireLocks    Site = "semacquire/locks"
	SiteEnterSyscall       Site = "entersyscall/state"
	SiteAllp               Site = "allp/read"
	SiteExitLocks          Site = "goexit/locks"
	SiteStopper            Site = "assertWorldStopped/stopper"
)

var siteTable = [...]SiteEntry{
	{SiteStartTheWorldEntry, "startTheWorldWithSema", NeedsStop, "the world that is started is stopped", true},
	{SiteWorldStopped, "worldStopped", NeedsState, "the count of world stops goes from 0 to 1", true},
	{SiteWorldStarted, "worldStarted", NeedsState, "the count of world stops goes from 1 to 0", true},
	{SiteCheckWorldStopped, "checkWorldStopped", NeedsState, "the count of world stops is 0 or 1", true},
	{SiteMput, "mput", NeedsLock, "sched.lock is held where an M becomes idle", true},
	{SiteMget, "mget", NeedsLock, "sched.lock is held where an idle M is taken", true},
	{SitePidleput, "pidleput", NeedsLock, "sched.lock is held where a P becomes idle", true},
	{SitePidleget, "pidleget", NeedsLock, "sched.lock is held where an idle P is taken", true},
	{SiteStopLocks, "stopTheWorldWithSema", NeedsNoLock, "who stops the world holds no runtime lock", true},
	{SiteScheduleLocks, "schedule", NeedsNoLock, "an M that gives its P away or parks holds no runtime lock", true},
	{SiteWirep, "wirep", NeedsState, "an M without P is wired to an idle P without M", true},
	{SiteReleasep, "releasep", NeedsState, "M and P are linked to each other and the P is running", true},
	{SiteGcstopm, "gcstopm", NeedsState, "an M stops only while a stop of the world is asked for", true},
	{SiteStopCheck, "stopTheWorldWithSema", NeedsState, "after the wait stopwait is 0 and every P is in Pgcstop", true},
	{SiteStartm, "startm", NeedsState, "an M that is given a P has not been given one already", true},
	{SiteRank, "lockWithRank", NeedsOrder, "the lock order lists the lock directly under the last held one", true},
	{SiteLockLimit, "lockWithRank", NeedsState, "an M holds at most ten runtime locks", true},
	{SiteUnlockHeld, "unlockWithRank", NeedsLock, "a lock is released by the M that holds it", true},
	{SiteLockSystemStack, "lock", NeedsSystemStack, "the heap lock is acquired on a system stack only", false},
	{SiteStopStack, "stopTheWorldWithSema", NeedsSystemStack, "the world is stopped from a system stack", false},
	{SiteStopSema, "stopTheWorldWithSema", NeedsLock, "who stops the world holds worldsema", false},
	{SiteStartStack, "startTheWorldWithSema", NeedsSystemStack, "the world is started from a system stack", false},
	{SiteSemacquireStack, "semacquire", NeedsState, "a semaphore is waited for on a user stack", true},
	{SiteSemacquireLocks, "semacquire", NeedsNoLock, "a semaphore is waited for without a runtime lock", false},
	{SiteEnterSyscall, "entersyscall", NeedsState, "a system call is entered from a user stack, with a P", false},
	{SiteAllp, "retake", NeedsLock, "who reads allp has a P or holds allpLock", false},
	{SiteExitLocks, "goexit", NeedsNoLock, "a goroutine ends without a runtime lock", false},
	{SiteStopper, "assertWorldStopped", NeedsStop, "the M that relies on the stop is the one that made it", false},
}

// Sites returns the table of the machine's own assertion points.
func Sites() []SiteEntry { return append([]SiteEntry(nil), siteTable[:]...) }
