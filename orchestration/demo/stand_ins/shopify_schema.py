"""The part of Shopify's GraphQL Admin API 2026-07 that the stand-in serves, in the schema definition language.

Belongs here: types and fields as the vendor publishes them, with the arguments that are served. A query that is valid here
is valid there; what the vendor has beyond it is left out.
"""

ADMIN_2026_07 = """
scalar CountryCode
scalar CurrencyCode
scalar DateTime
scalar Decimal
scalar UnsignedInt64

type QueryRoot {
  currentAppInstallation: AppInstallation!
  customers(after: String, first: Int, query: String, sortKey: CustomerSortKeys = ID): CustomerConnection!
  customersCount(limit: Int = 10000, query: String): Count
  disputes(after: String, first: Int, query: String): ShopifyPaymentsDisputeConnection!
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  orders(after: String, first: Int, query: String, sortKey: OrderSortKeys = PROCESSED_AT): OrderConnection!
  ordersCount(limit: Int = 10000, query: String): Count
}

interface Node { id: ID! }
type PageInfo { endCursor: String hasNextPage: Boolean! }
type Count { count: Int! precision: CountPrecision! }
type AppInstallation implements Node { accessScopes: [AccessScope!]! id: ID! }
type AccessScope { description: String! handle: String! }
type MoneyBag { presentmentMoney: MoneyV2! shopMoney: MoneyV2! }
type MoneyV2 { amount: Decimal! currencyCode: CurrencyCode! }
type MailingAddress implements Node { countryCodeV2: CountryCode id: ID! }

type Customer implements Node {
  createdAt: DateTime!
  defaultAddress: MailingAddress
  defaultEmailAddress: CustomerEmailAddress
  id: ID!
  legacyResourceId: UnsignedInt64!
  locale: String!
  updatedAt: DateTime!
}
type CustomerConnection { nodes: [Customer!]! pageInfo: PageInfo! }
type CustomerEmailAddress { emailAddress: String! }

type Order implements Node {
  cancelledAt: DateTime
  createdAt: DateTime!
  currentTotalPriceSet: MoneyBag!
  customer: Customer
  displayFinancialStatus: OrderDisplayFinancialStatus
  displayFulfillmentStatus: OrderDisplayFulfillmentStatus!
  fulfillments(first: Int): [Fulfillment!]!
  id: ID!
  legacyResourceId: UnsignedInt64!
  lineItems(after: String, first: Int): LineItemConnection!
  name: String!
  number: Int!
  processedAt: DateTime!
  refunds(first: Int): [Refund!]!
  returnStatus: OrderReturnStatus!
  returns(after: String, first: Int): ReturnConnection!
  shippingAddress: MailingAddress
  sourceName: String
  subtotalLineItemsQuantity: Int!
  tags: [String!]!
  test: Boolean!
  totalPriceSet: MoneyBag!
  updatedAt: DateTime!
}
type OrderConnection { nodes: [Order!]! pageInfo: PageInfo! }

type LineItem implements Node {
  discountedTotalSet(withCodeDiscounts: Boolean = false): MoneyBag!
  id: ID!
  originalTotalSet: MoneyBag!
  product: Product
  quantity: Int!
  sku: String
  title: String!
  vendor: String
}
type LineItemConnection { nodes: [LineItem!]! pageInfo: PageInfo! }
type Product implements Node {
  category: TaxonomyCategory
  id: ID!
  legacyResourceId: UnsignedInt64!
  productType: String!
  title: String!
}
type TaxonomyCategory implements Node { fullName: String! id: ID! name: String! }

type Fulfillment implements Node {
  createdAt: DateTime!
  deliveredAt: DateTime
  displayStatus: FulfillmentDisplayStatus
  estimatedDeliveryAt: DateTime
  id: ID!
  inTransitAt: DateTime
  originAddress: FulfillmentOriginAddress
  requiresShipping: Boolean!
  status: FulfillmentStatus!
  trackingInfo(first: Int): [FulfillmentTrackingInfo!]!
  updatedAt: DateTime!
}
type FulfillmentLineItem implements Node { id: ID! lineItem: LineItem! quantity: Int }
type FulfillmentOriginAddress { countryCode: String! }
type FulfillmentTrackingInfo { company: String number: String }

type Refund implements Node {
  createdAt: DateTime
  id: ID!
  note: String
  processedAt: DateTime!
  return: Return
  totalRefundedSet: MoneyBag!
  updatedAt: DateTime!
}
type RefundConnection { nodes: [Refund!]! pageInfo: PageInfo! }

type Return implements Node {
  closedAt: DateTime
  createdAt: DateTime!
  id: ID!
  name: String!
  order: Order!
  refunds(after: String, first: Int): RefundConnection!
  requestApprovedAt: DateTime
  returnLineItems(after: String, first: Int): ReturnLineItemTypeConnection!
  reverseFulfillmentOrders(after: String, first: Int): ReverseFulfillmentOrderConnection!
  status: ReturnStatus!
  totalQuantity: Int!
}
type ReturnConnection { nodes: [Return!]! pageInfo: PageInfo! }
interface ReturnLineItemType implements Node {
  customerNote: String
  id: ID!
  quantity: Int!
  refundedQuantity: Int!
  returnReasonDefinition: ReturnReasonDefinition
  returnReasonNote: String!
}
type ReturnLineItem implements Node & ReturnLineItemType {
  customerNote: String
  fulfillmentLineItem: FulfillmentLineItem!
  id: ID!
  quantity: Int!
  refundedQuantity: Int!
  returnReasonDefinition: ReturnReasonDefinition
  returnReasonNote: String!
}
type ReturnLineItemTypeConnection { nodes: [ReturnLineItemType!]! pageInfo: PageInfo! }
type ReturnReasonDefinition implements Node { handle: String! id: ID! name: String! }
type ReverseFulfillmentOrder implements Node {
  id: ID!
  lineItems(after: String, first: Int): ReverseFulfillmentOrderLineItemConnection!
  status: ReverseFulfillmentOrderStatus!
}
type ReverseFulfillmentOrderConnection { nodes: [ReverseFulfillmentOrder!]! pageInfo: PageInfo! }
type ReverseFulfillmentOrderLineItem implements Node {
  dispositions: [ReverseFulfillmentOrderDisposition!]!
  fulfillmentLineItem: FulfillmentLineItem
  id: ID!
}
type ReverseFulfillmentOrderLineItemConnection { nodes: [ReverseFulfillmentOrderLineItem!]! pageInfo: PageInfo! }
type ReverseFulfillmentOrderDisposition implements Node {
  createdAt: DateTime!
  id: ID!
  quantity: Int!
  type: ReverseFulfillmentOrderDispositionType!
}

type ShopifyPaymentsDispute implements Node {
  amount: MoneyV2!
  evidenceDueBy: DateTime
  finalizedOn: DateTime
  id: ID!
  initiatedAt: DateTime!
  legacyResourceId: UnsignedInt64!
  order: Order
  reasonDetails: ShopifyPaymentsDisputeReasonDetails!
  status: DisputeStatus!
  type: DisputeType!
}
type ShopifyPaymentsDisputeConnection { nodes: [ShopifyPaymentsDispute!]! pageInfo: PageInfo! }
type ShopifyPaymentsDisputeReasonDetails { networkReasonCode: String reason: ShopifyPaymentsDisputeReason! }

enum CountPrecision { AT_LEAST EXACT }
enum CustomerSortKeys { CREATED_AT ID LOCATION NAME RELEVANCE UPDATED_AT }
enum OrderSortKeys {
  CREATED_AT CURRENT_TOTAL_PRICE CUSTOMER_NAME DESTINATION FINANCIAL_STATUS FULFILLMENT_STATUS ID ORDER_NUMBER PO_NUMBER
  PROCESSED_AT RELEVANCE TOTAL_ITEMS_QUANTITY TOTAL_PRICE UPDATED_AT
}
enum DisputeStatus { ACCEPTED CHARGE_REFUNDED LOST NEEDS_RESPONSE PREVENTED UNDER_REVIEW WON }
enum DisputeType { CHARGEBACK INQUIRY }
enum FulfillmentStatus { CANCELLED ERROR FAILURE OPEN PENDING SUCCESS }
enum FulfillmentDisplayStatus {
  ATTEMPTED_DELIVERY CANCELED CARRIER_PICKED_UP CONFIRMED DELAYED DELIVERED FAILURE FULFILLED IN_TRANSIT LABEL_PRINTED
  LABEL_PURCHASED LABEL_VOIDED MARKED_AS_FULFILLED NOT_DELIVERED OUT_FOR_DELIVERY PICKED_UP READY_FOR_PICKUP SUBMITTED
}
enum OrderDisplayFinancialStatus { AUTHORIZED EXPIRED PAID PARTIALLY_PAID PARTIALLY_REFUNDED PENDING REFUNDED VOIDED }
enum OrderDisplayFulfillmentStatus {
  FULFILLED IN_PROGRESS ON_HOLD OPEN PARTIALLY_FULFILLED PENDING_FULFILLMENT REQUEST_DECLINED RESTOCKED SCHEDULED UNFULFILLED
}
enum OrderReturnStatus { INSPECTION_COMPLETE IN_PROGRESS NO_RETURN RETURNED RETURN_FAILED RETURN_REQUESTED }
enum ReturnStatus { CANCELED CLOSED DECLINED OPEN REQUESTED }
enum ReverseFulfillmentOrderStatus { CANCELED CLOSED OPEN }
enum ReverseFulfillmentOrderDispositionType { MISSING NOT_RESTOCKED PROCESSING_REQUIRED RESTOCKED }
enum ShopifyPaymentsDisputeReason {
  BANK_CANNOT_PROCESS CREDIT_NOT_PROCESSED CUSTOMER_INITIATED DEBIT_NOT_AUTHORIZED DUPLICATE FRAUDULENT GENERAL
  INCORRECT_ACCOUNT_DETAILS INSUFFICIENT_FUNDS NONCOMPLIANT PRODUCT_NOT_RECEIVED PRODUCT_UNACCEPTABLE
  SUBSCRIPTION_CANCELLED UNRECOGNIZED
}
"""
