#!/usr/bin/env python3
"""Explicit-state model of ONE shard's submission to a Batch API that has no idempotency key.
Nondeterminism: crash at any point, request lost / applied / applied late (<=L ticks after send, even if the
sender is dead), response lost, list() may omit a batch younger than G ticks, two daemons.
    tests/model/submission_model.py            prints each variant's verdict, with a shortest trace of a double payment
    tests/model/submission_model.py --check    exits with 1 when a verdict is not the expected one

Checks: SAFETY  - never two billable batches for the shard
        NOLOSS  - from every reachable state a state is reachable where the DB knows the id of a billable batch."""
import itertools, sys
from collections import deque

class P:  # protocol parameters
    def __init__(s,name,intent=True,adopt=True,W=0,fence=False,lock=True,daemons=1,L=2,G=2,crashes=2,creates=3,commitbyte=True,fencewait=None,ambig=False):
        s.ambig=ambig
        s.name=name;s.intent=intent;s.adopt=adopt;s.W=W;s.fence=fence;s.lock=lock;s.n=daemons
        s.L=L;s.G=G;s.crashes=crashes;s.creates=creates;s.fencewait=fencewait if fencewait is not None else G

# state: (clock, db, batches, inflight, daemons, lockholder, crashes_left, creates_left, files)
# db: (phase, k, t0, id, fence_t)   phase in NEW INTENT COMMIT DONE
# k = attempt number (= file generation);  files: bitmask of live file generations
# batches: tuple of (k, created, bid) billable;  inflight: tuple of (k, sent, owner, waiting)
# daemon: (pc, k) pc in OFF START SEND WAIT LIST FENCE
def init(p):
    return (0,('NEW',0,0,-1,-1),(),(),tuple(('OFF',0) for _ in range(p.n)),-1,p.crashes,p.creates,0)

def succ(p,s):
    clock,db,batches,infl,ds,lock,cr,ct,files=s
    out=[]
    def mk(clock=clock,db=db,batches=batches,infl=infl,ds=ds,lock=lock,cr=cr,ct=ct,files=files,label=''):
        out.append((label,(clock,db,batches,tuple(sorted(infl)),ds,lock,cr,ct,files)))
    def setd(i,v): l=list(ds); l[i]=v; return tuple(l)
    phase,k,t0,bid,ft=db
    # environment: apply / drop in-flight
    for j,(rk,sent,owner,wait) in enumerate(infl):
        rest=infl[:j]+infl[j+1:]
        if (files>>rk)&1:                       # file still exists -> batch is created and billed
            nb=batches+((rk,clock,len(batches)),)
        else: nb=batches                        # fenced: provider answers 4xx / batch fails validation, unbilled
        # response reaches a waiting sender, or is lost
        if wait and ds[owner][0]=='WAIT':
            if (files>>rk)&1:
                mk(batches=nb,infl=rest,ds=setd(owner,('GOT',len(batches))),label=f'apply k{rk} +resp')
            else:
                mk(infl=rest,ds=setd(owner,('LIST',0)),label=f'reject k{rk}')
            mk(batches=nb,infl=rest,ds=setd(owner,('LIST',0)),label=f'apply k{rk} resp LOST')
            mk(infl=rest,ds=setd(owner,('LIST',0)),label=f'request k{rk} LOST, timeout')
        else:
            mk(batches=nb,infl=rest,label=f'LATE apply k{rk}')
            mk(infl=rest,label=f'late drop k{rk}')
    # client timeout while the request is still travelling
    for j,(rk,sent,owner,wait) in enumerate(infl):
        if wait and ds[owner][0]=='WAIT':
            rest=infl[:j]+infl[j+1:]+((rk,sent,owner,False),)
            mk(infl=rest,ds=setd(owner,('LIST',0)),label=f'client timeout k{rk}, still in flight')
    # clock
    if clock<12 and all(clock-sent<p.L for (_,sent,_,_) in infl):
        mk(clock=clock+1,label='tick')
    for i,(pc,v) in enumerate(ds):
        # crash
        if pc!='OFF' and cr>0:
            ni=tuple((a,b,c,False) if c==i else (a,b,c,w) for (a,b,c,w) in infl)
            mk(ds=setd(i,('OFF',0)),lock=(-1 if lock==i else lock),cr=cr-1,infl=ni,label=f'd{i} CRASH at {pc}')
        if pc=='OFF':
            if phase!='DONE': mk(ds=setd(i,('START',0)),label=f'd{i} start')
        elif pc=='START':
            if p.lock:
                if lock not in (-1,i): continue
                nl=i
            else: nl=lock
            if phase=='DONE': mk(ds=setd(i,('OFF',0)),lock=(-1 if nl==i else nl),label=f'd{i} nothing to do')
            elif phase=='NEW': mk(ds=setd(i,('UP',0)),lock=nl,label=f'd{i} new')
            elif phase=='COMMIT' and p.adopt: mk(ds=setd(i,('LIST',0)),lock=nl,label=f'd{i} recover')
            elif phase=='COMMIT': mk(ds=setd(i,('UP',0)),lock=nl,label=f'd{i} blind retry')
            else: mk(ds=setd(i,('UP',0)),lock=nl,label=f'd{i} resume')
        elif pc=='UP':      # upload a file for the next attempt (free of charge)
            if ct<=0: continue
            nk=k+1 if (phase=='COMMIT' or files==0 or not ((files>>k)&1)) else k
            if nk==0: nk=1
            mk(files=files|(1<<nk),ds=setd(i,('PRE',nk)),label=f'd{i} upload gen{nk}')
        elif pc=='PRE':     # durable: COMMIT phase written BEFORE last byte of the create request
            if p.intent: mk(db=('COMMIT',v,clock,-1,-1),ds=setd(i,('SEND',v)),label=f'd{i} durable COMMIT k{v}')
            else: mk(ds=setd(i,('SEND',v)),label=f'd{i} (no intent)')
        elif pc=='SEND':
            if ct>0: mk(infl=infl+((v,clock,i,True),),ds=setd(i,('WAIT',v)),ct=ct-1,label=f'd{i} send create k{v}')
        elif pc=='GOT':
            mk(db=('DONE',k,t0,v,-1),ds=setd(i,('OFF',0)),lock=(-1 if lock==i else lock),label=f'd{i} durable DONE id{v}')
        elif pc=='LIST':
            if not p.adopt:
                mk(ds=setd(i,('UP',0)),label=f'd{i} retry without looking'); continue
            old=[b for b in batches if clock-b[1]>=p.G]; young=[b for b in batches if clock-b[1]<p.G]
            for r in range(len(young)+1):
                for sub in itertools.combinations(young,r):
                    seen=old+list(sub)
                    if seen:
                        b=min(seen,key=lambda x:x[2])
                        mk(db=('DONE',b[0],t0,b[2],-1),ds=setd(i,('OFF',0)),lock=(-1 if lock==i else lock),label=f'd{i} ADOPT id{b[2]}')
                    else:
                        if p.fence:
                            if ft<0:
                                mk(files=files&~(1<<k),db=('COMMIT',k,t0,-1,clock),label=f'd{i} FENCE delete file gen{k}')
                            elif clock-ft>=p.fencewait and phase=='COMMIT':
                                mk(ds=setd(i,('UP',0)),label=f'd{i} not found after fence+wait -> recreate')
                            # else wait (tick)
                        elif p.ambig:
                            if ft<0: mk(db=('COMMIT',k,t0,-1,clock),label=f'd{i} durable AMBIG t={clock}')
                            elif clock-ft>=p.W: mk(ds=setd(i,('UP',0)),label=f'd{i} not found, settled {clock-ft} -> recreate')
                        elif clock-t0>=p.W:
                            mk(ds=setd(i,('UP',0)),label=f'd{i} not found (waited {clock-t0}) -> recreate')
    return out

def explore(p,show=True):
    s0=init(p); par={s0:None}; q=deque([s0]); bad=None; edges={}
    while q:
        s=q.popleft(); nx=succ(p,s); edges[s]=[t for _,t in nx]
        if len(s[2])>1:
            if bad is None: bad=s
            continue
        for lab,t in nx:
            if t not in par: par[t]=(s,lab); q.append(t)
    # no-loss: reverse reachability from good states
    good={s for s in par if s[1][0]=='DONE' and any(b[2]==s[1][3] for b in s[2])}
    rev={}
    for s,l in edges.items():
        for t in l: rev.setdefault(t,[]).append(s)
    seen=set(good); st=list(good)
    while st:
        x=st.pop()
        for y in rev.get(x,()):
            if y not in seen: seen.add(y); st.append(y)
    stuck=[s for s in par if s not in seen and s[7]>0 and s[0]<8 and len(s[2])<=1]
    print(f'{p.name:66s} states={len(par):8d}  double-pay={"YES" if bad else "no ":3s}  cannot-finish={len(stuck)}')
    if bad and show:
        tr=[]; s=bad
        while par[s]: tr.append(par[s][1]); s=par[s][0]
        print('      e.g. '+' | '.join(reversed(tr)))
    return bad,len(stuck)

def variants():
    """Each protocol variant with the verdict that DOUBLE PAYMENT is possible in it, as docs and code rely on."""
    L,G=2,2
    return [
        (P('D2 tag+list, settle W=2 counted from durable AMBIG mark (L=2,G=2)',W=2,L=L,G=G,ambig=True),True),
        (P('D2 tag+list, settle W=3 counted from durable AMBIG mark (L=2,G=2)',W=3,L=L,G=G,ambig=True),True),
        (P('D2 tag+list, settle W=4 counted from durable AMBIG mark (L=2,G=2)',W=4,L=L,G=G,ambig=True),False),
        (P('F2 as D2 W=4, two daemons WITH lock',W=4,L=L,G=G,daemons=2,lock=True,crashes=1,ambig=True),False),
        (P('E2 as D2 W=4, two daemons WITHOUT lock',W=4,L=L,G=G,daemons=2,lock=False,crashes=0,ambig=True),True),
        (P('H2 as D2 W=4 but late apply up to 4 (assumption broken)',W=4,L=4,G=2,crashes=1,ambig=True),True),
        (P('G2 fence + wait G=2, late<=4, two daemons WITH lock',fence=True,L=4,G=2,crashes=1,fencewait=2,daemons=2,lock=True),False),
        (P('G3 fence + wait 2 but list lag up to 3 (assumption broken)',fence=True,L=2,G=3,crashes=1,fencewait=2),True),
    ]

def main(arguments):
    """Explores every variant. With --check, traces are left out and a surprising verdict, or a state from which the
    shard cannot be finished, makes the exit code 1. Takes a minute or two, and up to 2 GB for E2."""
    check='--check' in arguments
    surprises=[]
    for p,expected in variants():
        bad,stuck=explore(p,show=not check)
        if (bad is not None)!=expected: surprises.append(f'{p.name}: double payment was expected to be {"possible" if expected else "impossible"}')
        if stuck: surprises.append(f'{p.name}: {stuck} states from which the shard cannot be finished')
    if check:
        print('\n'.join('SURPRISE: '+s for s in surprises) if surprises else 'submission model: every verdict is as expected')
    return 1 if check and surprises else 0

if __name__=='__main__':
    sys.exit(main(sys.argv[1:]))
