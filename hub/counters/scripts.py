"""The shared counters as Lua: each script is one atomic step in Redis, on Redis' own clock.

hub/counters/local.py does the same in one process; tests/ground/test_counters.py holds both to one contract.
"""

NOW = """
local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1000000
local function text(number) return string.format('%.6f', number) end
"""

RESERVE = (
    NOW
    + """
local cost, burst, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local free_at = tonumber(redis.call('GET', KEYS[1]) or '0')
if free_at < now then free_at = now end
local wait = math.max(0, free_at - now - burst)
if wait > longest then return {0, text(wait)} end
redis.call('SET', KEYS[1], text(free_at + cost), 'EX', math.ceil(free_at + cost - now) + 1)
return {1, text(wait)}
"""
)

ADD = (
    NOW
    + """
local total = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return {total, redis.call('PTTL', KEYS[1])}
"""
)

# KEYS: holders, waiters, who took the last one. ARGV: member "process|number", process, most, lease in seconds.
TAKE_SLOT = (
    NOW
    + """
local process, most, lease = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', text(now))
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', text(now))
local members = redis.call('ZRANGE', KEYS[1], 0, -1)
if #members >= most then
  redis.call('ZADD', KEYS[2], text(now + 2), process)
  redis.call('EXPIRE', KEYS[2], 10)
  return 0
end
local mine, names, count = 0, {[process] = true}, 1
for _, member in ipairs(members) do
  local name = string.match(member, '^(.*)|')
  if name == process then mine = mine + 1 end
  if not names[name] then names[name] = true; count = count + 1 end
end
local others = 0
for _, name in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  if name ~= process then others = others + 1 end
  if not names[name] then names[name] = true; count = count + 1 end
end
-- With more processes than places, nobody takes the same place twice while another waits for it.
local again = count > most and redis.call('GET', KEYS[3]) == process
if others > 0 and (again or mine >= math.ceil(most / count)) then return 0 end
redis.call('SET', KEYS[3], process, 'EX', 60)
redis.call('ZADD', KEYS[1], text(now + lease), ARGV[1])
redis.call('EXPIRE', KEYS[1], math.ceil(lease) + 60)
redis.call('ZREM', KEYS[2], process)
return 1
"""
)

# ARGV: lease in seconds, members. A Redis that came back empty learns them anew.
RENEW_SLOTS = (
    NOW
    + """
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], text(now + tonumber(ARGV[1])), ARGV[i]) end
redis.call('EXPIRE', KEYS[1], math.ceil(tonumber(ARGV[1])) + 60)
return 1
"""
)

COUNT_SLOTS = NOW + "return redis.call('ZCOUNT', KEYS[1], text(now), '+inf')"

_WINDOW = """
local function number(field) return tonumber(redis.call('HGET', KEYS[1], field) or '0') end
local function keep(field, value) redis.call('HSET', KEYS[1], field, text(value)) end
local left, ends, quota, window = number('left'), number('ends'), number('quota'), number('window')
"""

# ARGV: how many are wanted, 1 for the urgent, the share kept for them, the share below which to spread, longest wait.
SPEND = (
    NOW
    + _WINDOW
    + """
local want, urgent, longest = tonumber(ARGV[1]), ARGV[2] == '1', tonumber(ARGV[5])
local closed = number('closed')
redis.call('EXPIRE', KEYS[1], 7200)
if closed > now then return {0, text(closed - now)} end
if ends == 0 then
  redis.call('HINCRBY', KEYS[1], 'blind', want)
  return {want, '0'}
end
if now >= ends then
  left, ends = quota, now + window
  keep('left', left) keep('ends', ends) keep('next', 0)
end
local free = left
if not urgent then free = left - math.floor(quota * tonumber(ARGV[3])) end
if free < 1 then return {0, text(ends - now)} end
if urgent or left >= quota * tonumber(ARGV[4]) then
  local given = math.min(want, math.floor(free))
  keep('left', left - given)
  return {given, '0'}
end
local turn = math.max(number('next'), now)
if turn - now > longest then return {0, text(turn - now)} end
keep('next', turn + (ends - now) / free)
keep('left', left - 1)
return {1, text(turn - now)}
"""
)

# ARGV: remaining, seconds to the end of the window, quota, seconds of a window, seconds to stay away (0 = need not).
OBSERVE = (
    NOW
    + _WINDOW
    + """
local told, seconds, away = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[5])
if tonumber(ARGV[3]) > 0 then quota = tonumber(ARGV[3]); keep('quota', quota) end
if tonumber(ARGV[4]) > 0 then window = tonumber(ARGV[4]); keep('window', window) end
if away > 0 then keep('closed', math.max(number('closed'), now + away)) end
if told >= 0 then
  local told_end = now + seconds + math.min(1, window / 50)
  if ends == 0 then
    left = told - math.max(0, number('blind') - 1)
    ends = told_end
    redis.call('HDEL', KEYS[1], 'blind')
  elseif told_end > ends + 2 then
    left, ends = told, told_end
    keep('next', 0)
  else
    left, ends = math.min(left, told), math.min(ends, told_end)
  end
  keep('left', left) keep('ends', ends)
elseif away == 0 then
  redis.call('HDEL', KEYS[1], 'blind')
end
redis.call('EXPIRE', KEYS[1], 7200)
return 1
"""
)

LOOK = (
    NOW
    + _WINDOW
    + """
if ends > 0 and now >= ends then left, ends = quota, now + window end
return {text(left), text(math.max(0, ends - now)), text(quota), text(math.max(0, number('closed') - now))}
"""
)

PEERS = (
    NOW
    + """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', text(now))
redis.call('ZADD', KEYS[1], text(now + tonumber(ARGV[2])), ARGV[1])
redis.call('EXPIRE', KEYS[1], 600)
return redis.call('ZCARD', KEYS[1])
"""
)
