/* Shows that the members of a room agree on its keys while people leave, join and speak at the same time. Expected: no error.
 *
 * Alice and Bob speak. Rita is removed; then an accomplice sends her old join entry again. Nina joins. The daemon handles one
 * request at a time (each "atomic" below). The requests of different people arrive in every possible order.
 *
 *   1  Nobody reads what is said after they left.
 *   2  All members have the same key under the id of an epoch.
 *   3  Each epoch that carries a message continues the one before it, so that readers accept it.
 *   4  In a room with history since the join, nobody reads what was said before they joined.
 *   5  No message fails: each goes out after a bounded number of tries.
 *
 * -DLOBBY is the rule of the lobby and of rooms with shared history: a newcomer gets the key in use, so 4 does not hold.
 *
 * Each twin leaves out one rule and has an error:
 *
 *   WITHOUT_LOG_COMPARE     the daemon appends an entry whose previous entry is not the newest
 *   WITHOUT_EPOCH_COMPARE   the daemon takes an epoch whose previous epoch is not the newest
 *   WITHOUT_LOG_HEAD        an epoch counts from the log's end when the daemon takes it, not from the entry that it names
 *   WITHOUT_STALE_EPOCH     the daemon takes a message under an epoch after which a member left
 *   WITHOUT_HASHED_IDS      an epoch's id is a number that counts up, not the hash of its header
 *   WITHOUT_SINCE_JOIN      members grant a newcomer the key in use, even in a room with history since the join
 */
#define MOST_TRIES 5        /* for one message */
#define MOST_KEYS 7
#define NONE 0

#ifndef MESSAGES
#define MESSAGES 1          /* that each speaker says */
#endif

#ifdef LOBBY
#define ninaReadsThePast(key) false
#else
#define ninaReadsThePast(key) (ninaHas[key] && usedBeforeNina[key])
#endif
#if defined(LOBBY) || defined(WITHOUT_SINCE_JOIN)
#define mayBeGranted(head) true
#else
#define mayBeGranted(head) (head >= lastArrival)
#endif

/* What the daemon has. Entries of the log count from 1. */
byte logHead = 1;           /* number of the newest entry: 1 let Alice, Bob and Rita in */
byte lastDeparture = NONE;  /* number of the newest entry by which somebody left */
byte lastArrival = NONE;    /* number of the newest entry by which Nina came in */
bool ritaIsIn = true;
bool ninaIsIn = false;
byte newestEpoch = NONE;    /* id */
byte keyUnder[MOST_KEYS];   /* by id of an epoch: the key that its chunks contain */
byte headOf[MOST_KEYS];     /* by id: the entry of the log that the epoch names */
bool continues[MOST_KEYS];  /* by id: whether its previous epoch was the newest one */

/* What is true of the keys. */
byte keysMade = NONE;
bool ritaHas[MOST_KEYS];
bool ninaHas[MOST_KEYS];
bool usedBeforeNina[MOST_KEYS];

bool answerLost = false;
bool ritaHasLeft = false;

/* The daemon takes a message under an epoch, if nobody left since the entry that the epoch names. */
inline say(epoch, key, taken) {
  atomic {
    if
#ifndef WITHOUT_STALE_EPOCH
    :: lastDeparture > headOf[epoch] -> taken = false
#endif
    :: else ->
      taken = true;
      assert(!(ritaHasLeft && ritaHas[key]));                         /* 1 */
      assert(key == keyUnder[epoch]);                                 /* 2 */
      assert(continues[epoch]);                                       /* 3 */
      if
      :: !ninaIsIn -> usedBeforeNina[key] = true
      :: else
      fi;
      assert(!ninaReadsThePast(key))                                  /* 4 */
    fi
  }
}

/* The daemon takes an epoch, if it continues the newest one and nobody left since the entry that it names. */
inline commit(id, key, previous, head, taken) {
  atomic {
    if
#ifndef WITHOUT_EPOCH_COMPARE
    :: previous != newestEpoch -> taken = false
#endif
#ifndef WITHOUT_LOG_HEAD
    :: lastDeparture > head -> taken = false
#endif
    :: else ->
      taken = true;
      keyUnder[id] = key;
      continues[id] = (previous == newestEpoch);
#ifdef WITHOUT_LOG_HEAD
      headOf[id] = logHead;
#else
      headOf[id] = head;
#endif
      newestEpoch = id
    fi
  }
}

/* The daemon appends an entry that was signed for the end of the log `head`. */
inline append(head, taken) {
    if
#ifndef WITHOUT_LOG_COMPARE
    :: head != logHead -> taken = false
#endif
    :: else -> taken = true; logHead++
    fi
}

proctype Speaker(byte messages) {
  byte head, epoch, key, id;
  bool mustMake, taken;
  byte tries = 0;
  byte kept[MOST_KEYS];     /* by id: keys that this client made. It keeps them, because the daemon's answer can be lost. */

  do
  :: messages == 0 -> break
  :: else ->
    atomic {                /* fetch the log and the newest epoch; make a new one, if there is none or its members changed */
      tries++;
      assert(tries <= MOST_TRIES);                                    /* 5 */
      head = logHead;
      epoch = newestEpoch;
      mustMake = (epoch == NONE || lastDeparture > headOf[epoch] || lastArrival > headOf[epoch]);
      if
      :: mustMake ->
        keysMade++;
        key = keysMade;
#ifdef WITHOUT_HASHED_IDS
        id = epoch + 1;
#else
        id = key;
#endif
        kept[id] = key;
        ritaHas[key] = ritaIsIn;
        ninaHas[key] = ninaIsIn
      :: else ->
        id = epoch;
        if
        :: kept[id] != NONE -> key = kept[id]
        :: else -> key = keyUnder[id]
        fi
      fi
    }
    if
    :: mustMake ->
      commit(id, key, epoch, head, taken);
      if
      :: !taken -> goto again
      :: taken
      :: taken && !answerLost -> answerLost = true; goto again
      fi
    :: else
    fi;
    say(id, key, taken);
    if
    :: taken -> messages--; tries = 0
    :: else
    fi;
again: skip;
    d_step { head = 0; epoch = 0; key = 0; id = 0; mustMake = false; taken = false }
  od
}

proctype Remover() {
  byte head;
  bool taken = false;
  do
  :: taken -> break
  :: else ->
    head = logHead;
    atomic {
      append(head, taken);
      if
      :: taken -> ritaIsIn = false; ritaHasLeft = true; lastDeparture = logHead
      :: else
      fi
    }
  od
}

/* Sends the entry again by which Rita once came in. It was signed for an empty log. */
proctype Replayer() {
  bool taken;
  ritaHasLeft;
  atomic {
    append(NONE, taken);
    if
    :: taken -> ritaIsIn = true
    :: else
    fi
  }
}

proctype Nina() {
  byte head;
  bool taken = false;
  do
  :: taken -> break
  :: else ->
    head = logHead;
    atomic {
      append(head, taken);
      if
      :: taken -> ninaIsIn = true; lastArrival = logHead
      :: else
      fi
    }
  od;
  atomic {                  /* a member grants her the newest epoch, if it is not older than her joining */
    if
    :: newestEpoch != NONE && lastDeparture <= headOf[newestEpoch] && mayBeGranted(headOf[newestEpoch]) ->
      ninaHas[keyUnder[newestEpoch]] = true;
      assert(!ninaReadsThePast(keyUnder[newestEpoch]))                /* 4 */
    :: else
    fi
  }
}

init {
  atomic {
    run Speaker(MESSAGES);
    run Speaker(MESSAGES);
    run Remover();
    run Replayer();
    run Nina()
  }
}
