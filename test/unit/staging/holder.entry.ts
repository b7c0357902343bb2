import { holdConversation } from '../../../src/staging/conversationLock';

/*
 * A process that holds a conversation's storage and never gives way. Arguments: storage. It says `held` when it does,
 * and lives until it is killed.
 */
const hold = await holdConversation(process.argv[2] ?? '', new AbortController().signal);
process.stdout.write('held\n');
setInterval(() => hold.isWanted, 1000);
